import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Hono } from 'hono';

export interface PagesOptions {
  /** Folder with the pages' files. Default: beside this source, or `pages/` of the bundle. */
  pagesDirectory?: string;
}

/**
 * The server's own pages: `/` (threads), `/threads/{id}` (one thread, live), `/state`, `/docs` (the API), and their
 * assets. Plain files without a build step. They hold no facts, so they need no token: their scripts ask the API with
 * the login session's cookie and show the sign-in form where there is none.
 */
export function createPages({ pagesDirectory = findPagesDirectory() }: PagesOptions = {}): Hono {
  const app = new Hono();
  const files = new Map<string, Promise<PageFile | undefined>>();
  const send = async (name: string, ifNoneMatch: string | undefined): Promise<Response> => {
    const reading = files.get(name) ?? readPageFile(pagesDirectory, name);
    files.set(name, reading);
    const file = await reading;
    if (file === undefined) {
      files.delete(name);
      return new Response('There is no such page.', { status: 404, headers: { ...headers, 'content-type': 'text/plain; charset=utf-8' } });
    }
    if (ifNoneMatch === file.etag) return new Response(null, { status: 304, headers: { ...headers, etag: file.etag } });
    return new Response(file.body, { headers: { ...headers, 'content-type': file.contentType, etag: file.etag } });
  };
  for (const [path, name] of [['/', 'home'], ['/threads/:threadId', 'thread'], ['/state', 'state'], ['/docs', 'docs']] as const) {
    app.get(path, (context) => send(`${name}.html`, context.req.header('if-none-match')));
  }
  app.get('/assets/:name', (context) => send(context.req.param('name'), context.req.header('if-none-match')));
  return app;
}

/** No inline script or style, nothing from elsewhere, no frame around the page. */
const headers = {
  'content-security-policy': "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-cache',
};

interface PageFile {
  contentType: string;
  body: string;
  etag: string;
}

const contentTypes: Record<string, string> = {
  html: 'text/html; charset=utf-8', js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8', svg: 'image/svg+xml',
};

async function readPageFile(directory: string, name: string): Promise<PageFile | undefined> {
  const contentType = /^[a-z-]+\.(html|js|css|svg)$/.test(name) ? contentTypes[name.split('.')[1] ?? ''] : undefined;
  if (contentType === undefined) return undefined;
  const path = join(directory, name);
  if (existsSync(path)) return pageFile(contentType, await readFile(path, 'utf8'));
  return name === 'timeline.js' ? pageFile(contentType, await stripTimeline()) : undefined;
}

function pageFile(contentType: string, body: string): PageFile {
  return { contentType, body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` };
}

/** The fold that every screen draws from, as JavaScript: the page and the command line show the same. Bundled, it is a file. */
async function stripTimeline(): Promise<string> {
  const source = fileURLToPath(new URL('timeline.ts', import.meta.resolve('@atelier/thread')));
  return stripTypeScriptTypes(await readFile(source, 'utf8'));
}

function findPagesDirectory(): string {
  const candidates = ['files', 'pages', '../pages'].map((name) => join(import.meta.dirname, name));
  const found = candidates.find((candidate) => existsSync(join(candidate, 'home.html')));
  if (found === undefined) throw new Error(`The server's pages are missing (looked in ${candidates.join(', ')}). Run: npm run bundle`);
  return found;
}
