/** One case of the edit corpus: a file, the edits, and the file that must come out, or why it must be refused. */
export interface EditCase {
  name: string;
  file: string;
  edits: { old: string; new: string; all?: boolean }[];
  /** The whole file after the edits, or a part of the refusal. */
  wanted: string | { refused: RegExp };
}

const one = (name: string, file: string, old: string, replacement: string, wanted: EditCase['wanted']): EditCase => ({ name, file, edits: [{ old, new: replacement }], wanted });

/** A file of a language with a block that is edited, without the block's base indentation. */
interface Sample {
  language: string;
  before: string;
  after: string;
  block: string[];
  changed: string[];
  unit: string;
}

const samples: Sample[] = [
  {
    language: 'TypeScript',
    before: 'import { a } from "./a.ts";\n\nexport class Store {\n',
    after: '}\n\nexport const store = new Store();\n',
    block: ['find(id: string): Item | undefined {', '\tconst item = this.#items.get(id);', '\tif (item === undefined) {', '\t\treturn undefined;', '\t}', '\treturn item.value;', '}'],
    changed: ['find(id: string): Item | undefined {', '\tconst item = this.#items.get(id);', '\tif (item === undefined || item.expired) {', '\t\tthis.#items.delete(id);', '\t\treturn undefined;', '\t}', '\treturn item.value;', '}'],
    unit: '  ',
  },
  {
    language: 'Python',
    before: 'import os\n\nclass Reader:\n',
    after: '\ndef main():\n\tprint(Reader())\n',
    block: ['def read(self, path):', '\twith open(path) as handle:', '\t\ttext = handle.read()', '\tif not text:', '\t\treturn None', '\treturn text.strip()'],
    changed: ['def read(self, path):', '\twith open(path, encoding="utf-8") as handle:', '\t\ttext = handle.read()', '\tif not text:', '\t\tfor name in os.listdir("."):', '\t\t\tprint(name)', '\t\treturn None', '\treturn text.strip()'],
    unit: '    ',
  },
  {
    language: 'Go',
    before: 'package main\n\nvar table = map[string]func(int) int{\n',
    after: '}\n\nfunc main() {}\n',
    block: ['"double": func(n int) int {', '\tif n < 0 {', '\t\treturn 0', '\t}', '\treturn n * 2', '},'],
    changed: ['"double": func(n int) int {', '\tif n < 0 {', '\t\treturn -n', '\t}', '\tfor i := 0; i < n; i++ {', '\t\tlog(i)', '\t}', '\treturn n * 2', '},'],
    unit: '\t',
  },
  {
    language: 'Rust',
    before: 'mod parse;\n\nimpl Parser {\n',
    after: '}\n\n#[cfg(test)]\nmod tests {}\n',
    block: ['fn next(&mut self) -> Option<Token> {', '\tlet start = self.at;', '\twhile self.peek().is_some() {', '\t\tself.at += 1;', '\t}', '\tSome(Token { start })', '}'],
    changed: ['fn next(&mut self) -> Option<Token> {', '\tlet start = self.at;', '\twhile let Some(next) = self.peek() {', '\t\tif next == b\'"\' {', '\t\t\tbreak;', '\t\t}', '\t\tself.at += 1;', '\t}', '\tSome(Token { start })', '}'],
    unit: '    ',
  },
  {
    language: 'YAML',
    before: 'name: build\njobs:\n',
    after: '# the end\n',
    block: ['test:', '\truns-on: linux', '\tsteps:', '\t\t- run: npm ci', '\t\t- run: npm test'],
    changed: ['test:', '\truns-on: linux', '\tsteps:', '\t\t- run: npm ci', '\t\t- run: npm run lint', '\t\t- run: npm test'],
    unit: '  ',
  },
  {
    language: 'HTML',
    before: '<!doctype html>\n<main>\n',
    after: '</main>\n',
    block: ['<section id="list">', '\t<h1>Items</h1>', '\t<ul>', '\t\t<li>First item</li>', '\t</ul>', '</section>'],
    changed: ['<section id="list">', '\t<h1>All items</h1>', '\t<ul>', '\t\t<li>First item</li>', '\t\t<li>Second item</li>', '\t</ul>', '</section>'],
    unit: '    ',
  },
];

const indented = (lines: string[], unit: string, levels: number) =>
  lines.map((line) => {
    const tabs = /^\t*/.exec(line)?.[0].length ?? 0;
    return line === '' ? '' : unit.repeat(tabs + levels) + line.slice(tabs);
  });

/** Every way in which a model's quotation strays from the file, for every sample. */
function casesOf(sample: Sample): EditCase[] {
  const { language, before, after, block, changed, unit } = sample;
  const text = (lines: string[]) => `${lines.join('\n')}\n`;
  const real = indented(block, unit, 1);
  const result = indented(changed, unit, 1);
  const file = before + text(real) + after;
  const wanted = before + text(result) + after;
  const otherUnit = unit === '\t' ? '  ' : '\t';
  const make = (name: string, old: string, replacement: string, from = file, to: EditCase['wanted'] = wanted) => one(`${language}: ${name}`, from, old, replacement, to);
  return [
    make('exact', real.join('\n'), result.join('\n')),
    make('exact with a line end', text(real), text(result)),
    make('CRLF in the quotation', text(real).replaceAll('\n', '\r\n'), text(result).replaceAll('\n', '\r\n')),
    make('no base indentation', indented(block, unit, 0).join('\n'), indented(changed, unit, 0).join('\n')),
    make('one level too deep', indented(block, unit, 2).join('\n'), indented(changed, unit, 2).join('\n')),
    make('other kind of indentation', indented(block, otherUnit, 1).join('\n'), indented(changed, otherUnit, 1).join('\n')),
    make('other kind of indentation, no base', indented(block, otherUnit, 0).join('\n'), indented(changed, otherUnit, 0).join('\n')),
    make('three spaces a level', indented(block, '   ', 1).join('\n'), indented(changed, '   ', 1).join('\n')),
    make('blank lines around', `\n${text(real)}\n`, `\n${text(result)}\n`),
    make('blanks at line ends in the quotation', real.map((line) => `${line} `).join('\n'), result.join('\n')),
    make('duplicate block', real.join('\n'), result.join('\n'), before + text(real) + text(real) + after, { refused: /2 times/ }),
    make('duplicate block, other indentation', indented(block, otherUnit, 0).join('\n'), indented(changed, otherUnit, 0).join('\n'), before + text(real) + text(real) + after, { refused: /2 times/ }),
    make('already made', real.join('\n'), result.join('\n'), wanted, wanted),
    make('moved to the end', real.join('\n'), result.join('\n'), before + after + text(real), before + after + text(result)),
    make('another file', real.join('\n'), result.join('\n'), 'nothing of this kind\n', { refused: /is not in the file/ }),
    make('a line twice as it should be', [...real, ...real].join('\n'), result.join('\n'), file, { refused: /is not in the file/ }),
  ];
}

const generated = samples.flatMap(casesOf);

const written: EditCase[] = [
  one('a word in a line', 'let total = 1;\n', 'total', 'sum', 'let sum = 1;\n'),
  one('a part of a line that is there twice', 'a = f(x)\nb = f(x)\n', 'f(x)', 'g(x)', { refused: /2 times[\s\S]*1\ta = f\(x\)\n2\tb = f\(x\)/ }),
  { name: 'every occurrence', file: 'a = f(x)\nb = f(x)\n', edits: [{ old: 'f(x)', new: 'g(x)', all: true }], wanted: 'a = g(x)\nb = g(x)\n' },
  { name: 'every occurrence with overlap', file: 'aaaa\n', edits: [{ old: 'aa', new: 'b', all: true }], wanted: 'bb\n' },
  one('overlapping occurrences are two', 'aaa\n', 'aa', 'b', { refused: /2 times/ }),
  { name: 'every occurrence by spacing', file: '\tlog( x );\n\tkeep\n\t\tlog( x );\n', edits: [{ old: '  log(x);', new: '  trace(x);', all: true }], wanted: '\ttrace(x);\n\tkeep\n\t\ttrace(x);\n' },
  one('spaces within a line', 'const  point = {x: 1,  y: 2};\n', 'const point = {x: 1, y: 2};', 'const point = { x: 1, y: 3 };', 'const point = { x: 1, y: 3 };\n'),
  one('spaces around brackets', 'call( first, second )\n', 'call(first, second)', 'call(second)', 'call(second)\n'),
  one('blanks at line ends in the file', 'if (a) {  \n  b();\t\n}\n', 'if (a) {\n  b();\n}', 'if (a) {\n  b();\n  c();\n}', 'if (a) {  \n  b();\t\n  c();\n}\n'),
  one('a tab within a line', 'name\tvalue\n', 'name value', 'name other', 'name other\n'),
  one('a call over several lines', 'open(\n  path,\n  mode\n)\n', 'open(path, mode)', 'open(path)', 'open(path)\n'),
  one('a call that the file has on one line', 'x = open(path, mode)\n', 'open(\n  path,\n  mode\n)', 'open(path)', 'x = open(path)\n'),
  one('an indented call over several lines', 'f() {\n    open(\n        path,\n        mode\n    )\n}\n', '  open(path, mode)', '  if (path) {\n    open(path)\n  }', 'f() {\n    if (path) {\n        open(path)\n    }\n}\n'),
  one('words that only run together', 'returnvalue + something\n', 'return value + something', 'return other', { refused: /is not in the file/ }),
  one('a quotation inside a longer name', '\taccount += 10;\n', '    count += 10;', '    count += 20;', { refused: /is not in the file/ }),
  one('a quotation at the end of a longer name', 'x.count  += total_of_all\n', 'count += total', 'count += 1', { refused: /is not in the file/ }),
  one('curly quotes in the file', 'say(\u201Chello\u201D)\nend\n', 'say("hello")\nend', 'say("hello")\nstop', 'say(\u201Chello\u201D)\nstop\n'),
  one('curly quotes in the quotation', "it's here\n", 'it\u2019s here', 'it was here', 'it was here\n'),
  one('a long dash', 'one \u2013 two\n', 'one - two', 'one - three', 'one - three\n'),
  one('a no-break space', 'ten\u00A0euros\n', 'ten euros', 'ten pounds', 'ten pounds\n'),
  one('a composed letter against a decomposed one', 'cafe\u0301 ole\u0301\n', 'caf\u00E9 ol\u00E9', 'tea', 'tea\n'),
  one('a decomposed letter against a composed one', 'caf\u00E9\n', 'cafe\u0301', 'tea', 'tea\n'),
  one('emoji', 'say "\u{1F44B}\u{1F3FD} hi"\n', '\u{1F44B}\u{1F3FD} hi', '\u{1F680} go', 'say "\u{1F680} go"\n'),
  one('Chinese', '\u4F60\u597D \u4E16\u754C\n', '\u4E16\u754C', '\u5730\u7403', '\u4F60\u597D \u5730\u7403\n'),
  one('a letter with a mark is not its letter', 'cafe\u0301 noir\n', 'cafe  noir', 'tea', { refused: /is not in the file/ }),
  one('no line end at the end of the file', 'first\nlast', 'last', 'end', 'first\nend'),
  one('a line end that the file does not have', 'first\nlast', 'last\n', 'end\n', 'first\nend'),
  one('a last line deleted with its end', 'first\nlast\n', 'last\n', '', 'first\n'),
  one('a line deleted takes its end along', 'first\nmiddle\nlast\n', 'middle', '', 'first\nlast\n'),
  one('an indented line deleted takes its end along', 'first\n  middle\nlast\n', '  middle', '', 'first\nlast\n'),
  one('a word deleted', 'first middle last\n', ' middle', '', 'first last\n'),
  one('lines deleted by spacing', 'if (a) {\n\tb( c );\n}\nd\n', 'if (a) {\n    b(c);\n}\n', '', 'd\n'),
  one('an empty line added', 'a = 1;\nb = 2;\n', 'a = 1;\n', 'a = 1;\n\n', 'a = 1;\n\nb = 2;\n'),
  one('a dollar sign in the new text', 'price\n', 'price', '$& $1 $$', '$& $1 $$\n'),
  one('signs of regular expressions', 'a.*b(c)[d]\n', '.*b(c)[d]', '+', 'a+\n'),
  one('the same text', 'a\n', 'a', 'a', { refused: /`old` and `new` are the same/ }),
  one('an empty quotation of a file with content', 'a\n', '', 'b', { refused: /has content/ }),
  one('an empty quotation of an empty file', '', '', 'b\n', 'b\n'),
  one('a quotation of white space', 'a  b\n\n\n', '\n\n', '\n', { refused: /only white space/ }),
  one('an insertion that is there', 'one();\ntwo();\n', 'one();', 'one();\ntwo();', 'one();\ntwo();\n'),
  one('an insertion before that is there', 'zero();\none();\n', 'one();', 'zero();\none();', 'zero();\none();\n'),
  one('an insertion', 'one();\nthree();\n', 'one();', 'one();\ntwo();', 'one();\ntwo();\nthree();\n'),
  { name: 'two edits', file: 'a\nb\nc\n', edits: [{ old: 'a', new: 'A' }, { old: 'c', new: 'C' }], wanted: 'A\nb\nC\n' },
  { name: 'two edits in the other order', file: 'a\nb\nc\n', edits: [{ old: 'c', new: 'C' }, { old: 'a', new: 'A' }], wanted: 'A\nb\nC\n' },
  { name: 'the second edit is made in what the first put', file: 'one\n', edits: [{ old: 'one', new: 'two words' }, { old: 'words', new: 'letters' }], wanted: 'two letters\n' },
  { name: 'an edit whose quotation another edit adds elsewhere', file: 'a = 1\nb = 2\n', edits: [{ old: 'b = 2', new: 'a = 1\nb = 3' }, { old: 'a = 1', new: 'a = 9' }], wanted: 'a = 9\na = 1\nb = 3\n' },
  { name: 'two names exchanged', file: 'left right\n', edits: [{ old: 'left', new: 'right' }, { old: 'right', new: 'left' }], wanted: 'right left\n' },
  { name: 'edits that share a quoted line', file: 'a\nb\nc\n', edits: [{ old: 'a\nb', new: 'A\nb' }, { old: 'b\nc', new: 'b\nC' }], wanted: 'A\nb\nC\n' },
  { name: 'one of two edits is missing', file: 'a\nb\n', edits: [{ old: 'a', new: 'A' }, { old: 'unknown', new: 'B' }], wanted: { refused: /Edit 2 of 2[\s\S]*No edit was made/ } },
  { name: 'one of two edits is ambiguous', file: 'a\nb\nb\n', edits: [{ old: 'a', new: 'A' }, { old: 'b', new: 'B' }], wanted: { refused: /Edit 2 of 2[\s\S]*2 times/ } },
  { name: 'an ambiguous edit does not become clear by another', file: 'x\na\ny\na\n', edits: [{ old: 'x\na', new: 'x\nb' }, { old: 'a', new: 'c' }], wanted: { refused: /Edit 2 of 2[\s\S]*2 times/ } },
  one('anchors with another middle', 'function sum(list) {\n  let total = 0;\n  for (const n of list) total += n;\n  log(total);\n  return total;\n}\n', 'function sum(list) {\n  let total = 0;\n  for (const number of list) total += number;\n  log(total);\n  return total;\n}', 'function sum(list) {\n  let total = 0;\n  for (const number of list) total += number;\n  log(total);\n  return total / 2;\n}', 'function sum(list) {\n  let total = 0;\n  for (const n of list) total += n;\n  log(total);\n  return total / 2;\n}\n'),
  one('anchors keep a line that was not quoted', 'begin work\n  one\n  // keep me\n  two\n  three\nfinish work\n', 'begin work\n  one\n  two\n  three\nfinish work', 'begin work\n  one\n  two\n  3\nfinish work', 'begin work\n  one\n  // keep me\n  two\n  3\nfinish work\n'),
  one('anchors never delete a line that was not quoted', 'begin work\n  one\n  // keep me\n  two\n  three\nfinish work\n', 'begin work\n  one\n  two\n  three\nfinish work', 'begin work\n  three\nfinish work', { refused: /nearest text is:\n1\tbegin work/ }),
  one('two blocks with the anchors', 'begin work\n  one\n  two\n  x\nfinish work\nbegin work\n  one\n  two\n  y\nfinish work\n', 'begin work\n  one\n  two\n  z\nfinish work', 'begin work\n  done\nfinish work', { refused: /2 times/ }),
  one('anchors with nothing alike between', 'begin work\n  red\n  green\n  blue\nfinish work\n', 'begin work\n  one\n  two\n  three\nfinish work', 'begin work\nfinish work', { refused: /nearest text/ }),
  one('a wrong word is a miss that shows the line', 'alpha beta gamma\n', 'alpha beta delta', 'x', { refused: /1\talpha beta gamma/ }),
];

/** Quotations as models make them: exact, with other white space, CRLF, Unicode, duplicated, moved, partial, stale. */
export const editCorpus: EditCase[] = [...generated, ...written];
