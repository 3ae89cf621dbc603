import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

describe('the documents', () => {
  const documents = [...readdirSync(root).filter((name) => name.endsWith('.md')).map((name) => join(root, name)), ...markdownUnder(join(root, 'docs'))];

  it.each(documents.map((path) => relative(root, path)))('%s links only to what is there', (path) => {
    const text = readFileSync(join(root, path), 'utf8').replaceAll(/```[\s\S]*?```/g, '');
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '').filter((link) => !/^[a-z]+:/.test(link));
    const broken = links.filter((link) => {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? join(root, path) : join(root, dirname(path), file);
      return !existsSync(target) || (anchor !== undefined && !anchorsOf(target).includes(anchor));
    });
    expect(broken).toEqual([]);
  });

  it('name no path of one machine', () => {
    for (const path of documents) expect([relative(root, path), /\/(?:root|work|home\/\w+)\//.exec(readFileSync(path, 'utf8'))?.[0]]).toEqual([relative(root, path), undefined]);
  });

  it('has npm scripts for every `npm run` that they name', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
    for (const path of documents) {
      const named = [...readFileSync(path, 'utf8').matchAll(/npm run (?:-\w+ )*([a-z][\w:-]*)/g)].map((match) => match[1] ?? '');
      expect([relative(root, path), named.filter((name) => scripts[name] === undefined)]).toEqual([relative(root, path), []]);
    }
  });
});

function markdownUnder(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md')).map((name) => join(folder, name));
}

/** Anchors as GitHub makes them of headings. */
function anchorsOf(path: string): string[] {
  return [...readFileSync(path, 'utf8').matchAll(/^#+ (.+)$/gm)].map((match) => (match[1] ?? '').toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-'));
}
