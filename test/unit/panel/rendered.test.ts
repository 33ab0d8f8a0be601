import assert from 'node:assert/strict';
import fc from 'fast-check';
import { errorPlaces } from '../../../src/panel/json/errorPlaces.ts';
import { placesWithin, prettyJson } from '../../../src/panel/rendered/jsonText.ts';
import type { RenderedNode } from '../../../src/panel/rendered/renderedTree.ts';
import { renderText } from '../../../src/panel/rendered/renderText.ts';
import { hostileTexts } from '../../support/hostileTexts.ts';

function tree(text: string): RenderedNode[] {
  const rendering = renderText(text);
  assert.ok('nodes' in rendering, JSON.stringify(rendering));
  return JSON.parse(rendering.nodes) as RenderedNode[];
}

const words = (node: RenderedNode): string => (typeof node === 'string' ? node : node[1].map(words).join(''));
const all = (nodes: readonly RenderedNode[]): Exclude<RenderedNode, string>[] =>
  nodes.flatMap((node) => (typeof node === 'string' ? [] : [node, ...all(node[1])]));
const tags = (text: string) => all(tree(text)).map(([tag]) => tag);
const ofKind = (text: string, kind: string) =>
  all(tree(text)).filter(([, , attributes]) => attributes?.['data-kind'] === kind);

describe('a rendered text', () => {
  it('is Markdown with emphasis, lists, tables, quotes and code, whose lines break where they were broken', () => {
    assert.deepEqual(tree('**a** *b* ~~c~~ `d`\ne'), [
      ['p', [['strong', ['a']], ' ', ['em', ['b']], ' ', ['s', ['c']], ' ', ['code', ['d']], ['br', []], 'e']],
    ]);
    assert.deepEqual(tree('3. a\n4. b'), [
      [
        'ol',
        [
          ['li', ['a']],
          ['li', ['b']],
        ],
        { start: '3' },
      ],
    ]);
    assert.deepEqual(tree('|a|b|\n|-|-:|\n|1|2|'), [
      [
        'div',
        [
          [
            'table',
            [
              [
                'thead',
                [
                  [
                    'tr',
                    [
                      ['th', ['a']],
                      ['th', ['b'], { 'data-align': 'right' }],
                    ],
                  ],
                ],
              ],
              [
                'tbody',
                [
                  [
                    'tr',
                    [
                      ['td', ['1']],
                      ['td', ['2'], { 'data-align': 'right' }],
                    ],
                  ],
                ],
              ],
            ],
          ],
        ],
        { 'data-kind': 'scroll' },
      ],
    ]);
    assert.deepEqual(tree('> q\n\n```py\nx = 1\n```'), [
      ['blockquote', [['p', ['q']]]],
      [
        'div',
        [
          ['span', ['py'], { 'data-kind': 'language' }],
          ['pre', [['code', ['x = 1']]]],
        ],
      ],
    ]);
  });

  it('has headings that are none of the page', () => {
    assert.deepEqual(tree('# a'), [['div', ['a'], { 'data-kind': 'heading-1' }]]);
  });

  it('shows where a link and an image would lead, and leads nowhere', () => {
    const text = '[bank](https://evil.example/ "t") <https://a.example> ![plot](https://a.example/p.png)';
    assert.equal(
      tree(text).map(words).join(''),
      'bank (https://evil.example/ "t") https://a.example [image: plot — https://a.example/p.png]',
    );
    assert.ok(all(tree(text)).every(([tag]) => tag === 'p' || tag === 'span'));
    assert.match(tree('[a](https://x/%E2%80%AE)').map(words).join(''), /%E2%80%AE|⟨U\+202E⟩/);
  });

  it('hides no words: definitions of references and what no link may be are shown as they are', () => {
    for (const text of ['[a]: https://x.example "secret"', '[x](javascript:alert(1))', '<b onclick="x()">b</b>']) {
      assert.equal(tree(text).map(words).join(''), text);
    }
  });

  it('has mathematics between its own signs, and money where there is a lone dollar', () => {
    assert.deepEqual(tags('\\(x^2\\)'), ['p', 'math', 'msup', 'mi', 'mn']);
    assert.deepEqual(tags('$$\nx\n\n- y\n$$'), ['div', 'math', 'mrow', 'mi', 'mo', 'mi']);
    assert.deepEqual(tags('so \\[x\\]'), ['p', 'span', 'math', 'mi']);
    for (const text of ['It costs $5 and $6.', '$x$', '$$', '$$$$', '\\\\(x\\\\)', '`\\(x\\)`']) {
      assert.ok(!tags(text).includes('math'), text);
    }
    assert.equal(all(tree('$$\\boxed{42}$$')).find(([tag]) => tag === 'mrow')?.[2]?.['data-enclose'], 'box');
  });

  it('shows a formula that cannot be read as it was written', () => {
    assert.deepEqual(ofKind('a \\(\\frac{\\) b', 'source').map(words), ['\\(\\frac{\\)']);
    assert.deepEqual(ofKind('\\[\n\\nonsense\n\\]', 'source').map(words), ['\\[\\nonsense\\]']);
  });

  it('is code where it is JSON, whole, cut or not well formed', () => {
    assert.equal(tree('{"a":[1.0,{}]}').map(words).join(''), '{\n  "a": [\n    1.0,\n    {}\n  ]\n}');
    assert.deepEqual(tree('{"a": *b*, "c'), [['pre', [['code', ['{"a": *b*, "c']]]]]);
    assert.deepEqual(tags('[1] is a note'), ['p']);
  });

  it('keeps each character of JSON but its white space', () => {
    fc.assert(
      fc.property(fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue())), (value) => {
        for (const text of [JSON.stringify(value), JSON.stringify(value, null, 3)]) {
          assert.equal(prettyJson(text), JSON.stringify(value, null, 2));
        }
      }),
    );
    const odd = '{"a":1.0,"a":12345678901234567890,"__proto__":1e400,"10":"\\u202e\\"","2":0}';
    assert.equal(prettyJson(odd)?.replaceAll(/\n */g, '').replaceAll('": ', '":'), odd);
  });
});

describe('places in JSON, rendered', () => {
  const marked = (text: string, errors: unknown) => {
    const rendering = renderText(text, errorPlaces(errors, text));
    assert.ok('nodes' in rendering);
    const tree = JSON.parse(rendering.nodes) as RenderedNode[];
    return { text: tree.map(words).join(''), marks: all(tree).filter(([tag]) => tag === 'mark') };
  };

  it('are marked where the values stand that errors name', () => {
    const text = '{"a":{"b":[1,{"c":"d e"}]},"f":2}';
    const told = marked(text, [{ path: '/a/b/1' }, { loc: ['f'] }, { loc: ['none'] }]);
    assert.equal(told.text, prettyJson(text));
    assert.deepEqual(told.marks.map(words), ['{\n        "c": "d e"\n      }', '2']);
    assert.deepEqual(told.marks[0]?.[2], { 'data-kind': 'error-place' });
  });

  it('are marked where lines and columns are named, also in what is not well formed', () => {
    assert.deepEqual(marked('{"a": 1,\n "b" 2}', 'line 2 column 6').marks.map(words), ['2']);
    assert.deepEqual(marked('{"a": 1,\n "b": 2}', 'line 2 column 7').marks.map(words), ['2']);
    assert.deepEqual(marked('{"a":  1}', 'line 1 column 6').marks.map(words), []);
  });

  it('hold the same signs wherever they are, but for white space', () => {
    const bare = (text: string) => text.replaceAll(/[ \t\n\r]/g, '');
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.array(fc.nat(400), { maxLength: 8 }),
        (value, cuts) => {
          const text = JSON.stringify(value, null, 1);
          const pretty = prettyJson(text) ?? '';
          const ends = [...new Set(cuts)].sort((a, b) => a - b);
          const places = ends.flatMap((end, index) => (index % 2 === 1 ? [[ends[index - 1] ?? 0, end] as const] : []));
          const wanted = places.map(([from, to]) => bare(text.slice(from, to))).filter((piece) => piece !== '');
          const found = placesWithin(text, pretty, places).map(([from, to]) => bare(pretty.slice(from, to)));
          assert.deepEqual(found, wanted);
        },
      ),
    );
  });
});

describe('a hostile text, rendered', () => {
  const known = new Set(
    'p div span strong em s code pre blockquote ul ol li br hr table thead tbody tr th td math mrow mi mn mo ms mtext mspace mpadded mphantom mstyle merror mfrac msqrt mroot msub msup msubsup munder mover munderover mmultiscripts mprescripts mtable mtr mtd'.split(
      ' ',
    ),
  );
  const names =
    /^(start|data-(kind|align|enclose)|display(style)?|scriptlevel|mathvariant|stretchy|fence|separator|symmetric|largeop|movablelimits|accent(under)?|form|[lr]space|m(in|ax)size|linethickness|width|height|depth|voffset|(column|row)span)$/;
  const isInert = (text: string) => {
    const rendering = renderText(text);
    if (!('nodes' in rendering)) return;
    for (const [tag, , attributes = {}] of all(JSON.parse(rendering.nodes) as RenderedNode[])) {
      assert.ok(known.has(tag), tag);
      for (const name of Object.keys(attributes)) assert.match(name, names);
    }
  };

  const tex = [
    ...['\\href{javascript:alert(1)}{x}', '\\url{https://x.example}', '\\includegraphics{https://x.example/a.png}'],
    ...['\\class{tabs}{x}', '\\id{main}{x}', '\\style{position:fixed}{x}', '\\data{a=b}{x}', '\\htmlData{a=b}{x}'],
    ...['\\htmlStyle{color:red}{x}', '\\color{red}x', '\\ref{a}\\label{a}', '\\text{<img src=x onerror=alert(1)>}'],
    ...['\\kern-9999em x', '\\hspace{9999em}', '\\rule{9999em}{9999em}', '\\raisebox{-9999em}{x}', '\\gdef\\x{y}\\x'],
  ];
  const markup = [
    ...['<svg onload=alert(1)>', '<style>*{display:none}</style>', '<math><mtext><script>x</script></mtext></math>'],
    ...['<a href="command:workbench.action.quit">x</a>', '<button class="link">Copy prediction</button>'],
    ...['[x](command:workbench.action.quit)', '![x](data:text/html;base64,AAAA)', '![](javascript:1)'],
    ...['![x](data:image/png;base64,AAAA)', '[x](data:text/html,<script>)', '[x](file:///etc/passwd)'],
  ];

  it('is made of known elements and attributes alone', () => {
    for (const text of [...Object.values(hostileTexts), ...markup, ...tex.map((code) => `\\(${code}\\)`)])
      isInert(text);
    fc.assert(fc.property(fc.string({ unit: 'binary' }), isInert));
    const piece = fc.constantFrom(
      ...['$$', '\\(', '\\)', '\\[', '\\]', '`', '```', '\n', '\n\n', '> ', '- ', '1. ', '|', '-|', '*', '**', '<b>'],
      ...[
        '](',
        '![',
        '"',
        '&amp;',
        '\\frac',
        '{',
        '}',
        '^',
        '\\\\',
        '\\begin{matrix}',
        '&',
        ' ',
        'a',
        '    ',
        '#',
        '[',
      ],
    );
    fc.assert(fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => isInert(pieces.join(''))));
  });

  it('has no space or line of a formula that leaves its place', () => {
    for (const code of tex) {
      for (const [, , attributes = {}] of all(tree(`\\(${code}\\)`))) {
        for (const [name, value] of Object.entries(attributes)) {
          const number = name.startsWith('data-') ? 0 : Number.parseFloat(value);
          assert.ok(!(Math.abs(number) > 160), `${name} ${value}`);
        }
      }
    }
  });

  it('shows markup as the text that it is', () => {
    for (const text of ['<script>alert(1)</script>', '<button class="link">Copy prediction</button>']) {
      assert.deepEqual(tree(text), [['p', [text]]]);
    }
  });

  it('is not rendered where it is nested too deep or has too many parts', () => {
    assert.deepEqual(renderText('>'.repeat(10_000)), { failure: 'depth' });
    assert.deepEqual(renderText('- '.repeat(80).concat('a')), { failure: 'depth' });
    assert.deepEqual(renderText(`|a|b|\n|-|-|\n${'|1|2|\n'.repeat(5000)}`), { failure: 'size' });
    assert.deepEqual(renderText('# a\n'.repeat(20_000)), { failure: 'size' });
  });

  it('loses no words where it is deep in brackets, stars or braces', () => {
    assert.equal(tree('['.repeat(10_000)).map(words).join(''), '['.repeat(10_000));
    assert.equal(
      tree(`\\(${'{'.repeat(4000)}\\)`)
        .map(words)
        .join(''),
      `\\(${'{'.repeat(4000)}\\)`,
    );
    assert.deepEqual(ofKind('\\(\\def\\a{\\a\\a}\\a\\)', 'source').length, 1);
    const deep = `${'['.repeat(200)}${']'.repeat(200)}`;
    assert.equal(tree(deep).map(words).join(''), deep);
  });
});
