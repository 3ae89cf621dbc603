import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createPages } from './pages.ts';

const directory = join(import.meta.dirname, 'files');

describe('pages', () => {
  const app = createPages();

  it.each(['/', '/threads/0199-abc', '/state', '/docs'])('serves %s as a document that may run only its own scripts', async (path) => {
    const answer = await app.request(path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('content-security-policy')).toContain("script-src 'self'; style-src 'self'");
    expect(await answer.text()).toMatch(/^<!doctype html>\n<html lang="en">/);
  });

  it('serves every asset that a page or a script names, with its type', async () => {
    const named = readdirSync(directory).flatMap((name) => [...readFileSync(join(directory, name), 'utf8').matchAll(/"\/assets\/([\w.-]+)"|from '\.\/([\w.-]+)'/g)].map((match) => match[1] ?? match[2] ?? ''));
    for (const name of new Set(named)) {
      const answer = await app.request(`/assets/${name}`);
      expect([name, answer.status]).toEqual([name, 200]);
      expect(answer.headers.get('content-type')).toMatch(name.endsWith('.js') ? /^text\/javascript/ : name.endsWith('.css') ? /^text\/css/ : /^image\/svg/);
    }
  });

  it('has neither inline scripts nor styles, and asks nobody else for anything', () => {
    for (const name of readdirSync(directory)) {
      const text = readFileSync(join(directory, name), 'utf8').replaceAll('http://www.w3.org/2000/svg', '');
      expect([name, /<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+="|https?:\/\//.exec(text)?.[0]]).toEqual([name, undefined]);
    }
  });

  it('never turns text into markup', () => {
    for (const name of readdirSync(directory).filter((entry) => entry.endsWith('.js'))) {
      expect([name, /(?:innerHTML|outerHTML)\s*=[^=]|insertAdjacentHTML|document\.write|DOMParser/.exec(readFileSync(join(directory, name), 'utf8'))?.[0]]).toEqual([name, undefined]);
    }
  });

  it('gives the browser the fold of the thread package, without types', async () => {
    const text = await (await app.request('/assets/timeline.js')).text();
    const module = await import(`data:text/javascript;base64,${Buffer.from(text).toString('base64')}`) as { Timeline: new (viewer: object) => { items: unknown[]; add(event: object): unknown[] } };
    const timeline = new module.Timeline({ userId: 'me' });
    timeline.add({ seq: 1, at: '2026-01-01T00:00:00.000Z', type: 'thread.archived', data: {} });
    expect(timeline.items).toEqual([{ kind: 'note', seq: 1, at: '2026-01-01T00:00:00.000Z', text: 'Archived' }]);
  });

  it('answers an unchanged file with 304', async () => {
    const etag = (await app.request('/assets/style.css')).headers.get('etag') ?? '';
    expect((await app.request('/assets/style.css', { headers: { 'if-none-match': etag } })).status).toBe(304);
  });

  it.each(['/assets/..%2fpages.ts', '/assets/nothing.js', '/assets/pages.test.ts', '/assets/%2e%2e%2f%2e%2e%2findex.ts'])('does not serve %s', async (path) => {
    expect((await app.request(path)).status).toBe(404);
  });
});
