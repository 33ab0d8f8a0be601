import fc from 'fast-check';

/** What a model can answer to make trouble: each has to be shown, stored and exported as the text that it is. */
export const hostileTexts: Record<string, string> = {
  markup: '<img src=x onerror="alert(1)"><b>bold</b><!-- &lt; &amp;',
  script: '</td></table></script><script>alert(2)</script>',
  escapes: '\u001b[31mred\u001b[0m \u001b]8;;https://example.com\u0007link\u001b]8;;\u0007 \u0008\u0008bell\u0007',
  markdown: '[click](command:workbench.action.quit) **bold** `code` ![x](https://example.com/x.png) $(trash)',
  surrogates: 'lone \ud83d and \ude00 and a pair \ud83d\ude00',
  nul: 'before\u0000after\u0000',
  directions: '\u202egnp.exe\u202c \u05e9\u05dc\u05d5\u05dd \u2066isolated',
  formula: '=HYPERLINK("https://example.com","x")',
  formulaLater: '\n =1+1;＝2',
  lines: 'one\r\ntwo\nthree\rfour\u2028five',
};

/** Texts that begin oddly: with what spreadsheets run, what is escaped, what cannot be seen. */
export const oddTexts: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(
      fc.constantFrom(
        ...["'", '=', '+', '-', '@', '＝', '＋', '－', '＠', '"', ',', ';', '[', '{', '<', '\\'],
        ...['=f(', "-a|'b'!", ' ', '\t', '\r', '\n', '\u00a0', '\u2028', '\ufeff', '\u200b', '\u202e', '\u0000'],
      ),
      { maxLength: 4 },
    ),
    fc.string({ unit: 'binary', maxLength: 20 }),
  )
  .map(([beginning, rest]) => beginning.join('') + rest);
