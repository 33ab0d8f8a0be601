import assert from 'node:assert/strict';
import fc from 'fast-check';
import { csvLine, fromHarmless, harmless } from '../../src/csv.ts';
import { parseCsv } from '../support/csv.ts';
import { oddTexts } from '../support/hostileTexts.ts';

describe('CSV of a table', () => {
  it('ends every line with CRLF', () => {
    assert.equal([['a', 'b'].map(String), [1, null]].map(csvLine).join(''), 'a,b\r\n1,\r\n');
  });

  it('quotes what holds a comma, a quote, a line break, or what separates cells elsewhere, and nothing else', () => {
    assert.equal(
      csvLine(['a,b', 'say "x"', 'two\nlines', 'two\rlines', ' plain ']),
      '"a,b","say ""x""","two\nlines","two\rlines", plain \r\n',
    );
    assert.equal(csvLine(['a;b', 'a\tb', '\ufeffa']), '"a;b","a\tb","\ufeffa"\r\n');
  });

  it('begins with nothing that is taken for JSON', () => {
    assert.equal(csvLine(['[1]', '[1]']), '"[1]",[1]\r\n');
    assert.equal(csvLine([' {']), '" {"\r\n');
  });

  it('writes numbers in full, also small, large and negative ones', () => {
    assert.equal(csvLine([0.1 + 0.2, 1e21, -1, 1e-7]), '0.30000000000000004,1e+21,-1,1e-7\r\n');
  });

  it('lets no spreadsheet take a text for a formula', () => {
    assert.equal(csvLine(['=1+1', '+1', '-1', '@x', 'a=b']), "'=1+1,'+1,'-1,'@x,a=b\r\n");
    assert.equal(csvLine(['=HYPERLINK("x","y")']), '"\'=HYPERLINK(""x"",""y"")"\r\n');
    for (const sign of ['=', '+', '-', '@', '＝', '＋', '－', '＠']) {
      for (const before of [
        '',
        ' ',
        '\n',
        '\r\n',
        '\t',
        '\u00a0',
        '\u3000',
        '\u200b',
        '\ufeff',
        '\u0000',
        ' \u202e ',
      ]) {
        assert.equal(harmless(`${before}${sign}1`), `'${before}${sign}1`, JSON.stringify(before + sign));
      }
    }
    for (const text of ['\tx', '\rx', '\nx', "'=1", "''-1"]) assert.equal(harmless(text), `'${text}`);
    for (const text of ["it's", "'quoted'", ' x', 'a\n=1', '']) assert.equal(harmless(text), text);
  });

  it('lets none take a part of a text for one where semicolons or tabs separate the cells', () => {
    for (const separator of [';', '\t', '\n', '\r\n', ';;', '\n\n']) {
      for (const formula of [
        ...["=cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", '@SUM(1)', ' =SUM (1)', '\u200b＝SUM(1)', "+'a'!B1"],
        ...["='\\\\host\\[a.xls]b'!A1", "='file:///a.ods'#$b.A1", '"=SUM(1)', "'=SUM(1)"],
      ]) {
        const text = `x${separator}${formula}${separator}y`;
        assert.equal(harmless(text), `x${separator}'${formula}${separator}y`, JSON.stringify(text));
        assert.equal(fromHarmless(harmless(text)), text);
      }
    }
    for (const text of ['A list:\n- one (1)', 'a\n=====\nb', 'a; -b', 'a\n@b', 'x=f(1)', 'a;b(c)\n+ d']) {
      const expected = text.startsWith('A list') ? "A list:\n'- one (1)" : text;
      assert.equal(harmless(text), expected);
    }
    for (const text of [' \n=f(1)', '\n=f(1)', "'\n'=f(1)", " \n''=f(1)", ';\t=f(1)', '\r\n\r\n=f(1)']) {
      assert.equal(fromHarmless(harmless(text)), text, JSON.stringify(text));
    }
  });

  it('makes long texts harmless in a time that grows with their length alone', () => {
    for (const text of [' \n', '=', "'", ';=', ';= ', ';=a ', '"', ';"', 'a '].map((part) => part.repeat(500_000))) {
      const start = performance.now();
      assert.equal(fromHarmless(harmless(text)), text);
      assert.ok(performance.now() - start < 5000, `${text.slice(0, 4)}: ${performance.now() - start} ms`);
    }
  });

  it('makes texts harmless in a way that can be turned back', () => {
    fc.assert(
      fc.property(fc.array(oddTexts, { minLength: 1, maxLength: 5 }), (cells) => {
        assert.deepEqual(parseCsv(csvLine(cells))[0]?.map(fromHarmless), cells);
      }),
    );
  });
});
