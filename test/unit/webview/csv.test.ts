import assert from 'node:assert/strict';
import { csvOf } from '../../../webview/trends/csv.ts';

describe('CSV of a table', () => {
  it('ends every line with CRLF, the last one too', () => {
    assert.equal(
      csvOf([
        ['a', 'b'],
        [1, null],
      ]),
      'a,b\r\n1,\r\n',
    );
    assert.equal(csvOf([]), '');
  });

  it('quotes what holds a comma, a quote or a line break, and nothing else', () => {
    assert.equal(
      csvOf([['a,b', 'say "x"', 'two\nlines', 'two\rlines', ' plain ']]),
      '"a,b","say ""x""","two\nlines","two\rlines", plain \r\n',
    );
  });

  it('writes numbers in full, also small, large and negative ones', () => {
    assert.equal(csvOf([[0.1 + 0.2, 1e21, -1, 1e-7]]), '0.30000000000000004,1e+21,-1,1e-7\r\n');
  });

  it('lets no spreadsheet take a text for a formula', () => {
    assert.equal(csvOf([['=1+1', '+1', '-1', '@x', '\tx', 'a=b']]), "'=1+1,'+1,'-1,'@x,'\tx,a=b\r\n");
    assert.equal(csvOf([['=HYPERLINK("x","y")']]), '"\'=HYPERLINK(""x"",""y"")"\r\n');
  });
});
