import type { Event, Viewer } from '@atelier/thread';
import { Marked } from 'marked';
import { exportMarkdown } from './export-markdown.ts';

const style = `:root{color-scheme:light dark;font:16px/1.6 system-ui,sans-serif}body{max-width:52rem;margin:2rem auto;padding:0 1rem}
pre{overflow:auto;padding:.8rem;border:1px solid color-mix(in srgb,currentColor 20%,transparent);border-radius:.5rem;font-size:.85rem;max-height:30rem}
h2{border-top:1px solid color-mix(in srgb,currentColor 20%,transparent);padding-top:1rem}h3{font-size:1rem}blockquote{border-left:3px solid;margin-left:0;padding-left:1rem}`;

/** A thread as one page that needs nothing else. Nothing in it is code: HTML in messages, answers and output is shown as text, links are only http(s). */
export function exportHtml(title: string, events: Event[], viewer: Viewer): string {
  const marked = new Marked({ gfm: true, async: false });
  marked.use({
    renderer: {
      html: ({ text }) => (/^<\/?(details|summary)>|^<details><summary>Reasoning<\/summary>\s*$/.test(text.trim()) ? text : escapeHtml(text)),
      link({ href, tokens }) {
        const text = this.parser.parseInline(tokens);
        return /^https?:\/\//i.test(href) ? `<a rel="noopener noreferrer" href="${escapeHtml(href)}">${text}</a>` : text;
      },
      image: ({ text, href }) => escapeHtml(`${text} (${href})`),
    },
  });
  const body = marked.parse(exportMarkdown(title, events, viewer)) as string; // `async: false` above
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>${escapeHtml(title)}</title><style>${style}</style></head>
<body>${body}</body></html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}
