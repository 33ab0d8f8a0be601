/** Style sheets are imported for their effect: the bundler collects them in dist/webview.css. */
declare module '*.css';
