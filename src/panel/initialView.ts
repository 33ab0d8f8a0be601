import type { ViewState } from './protocol.ts';

/** Answers of the Comparison tab, to begin with. */
const firstAnswers = 200;

/**
 * What a panel shows before its reader chose anything. A part of the protocol, apart from its schemas, so that the webview
 * need not carry these.
 *
 * @param pageSize rows a page
 */
export function initialView(pageSize: number): ViewState {
  return {
    tab: 'predictions',
    epoch: null,
    search: '',
    invalidOnly: false,
    regressedOnly: false,
    sort: null,
    hiddenColumns: [],
    wrap: false,
    offset: 0,
    pageSize,
    hold: false,
    expanded: [],
    sample: null,
    compareWith: 'truth',
    answers: firstAnswers,
    overlay: null,
  };
}
