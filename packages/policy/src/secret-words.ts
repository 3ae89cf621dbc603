import { matchWildcard } from './match-wildcard.ts';

const sampleNames = ['.env', '.env.local', '.env.production', '.npmrc', '.netrc', '.pgpass', '.git-credentials', 'id_rsa', 'id_ed25519', '0secret0.pem', '0secret0.key', '.ssh', '.aws/credentials'];

/** Code that reads variables, not a file. */
const code = /(?:process|meta|Deno|Bun|os|import)\.env$/;

/**
 * The secret that a text names, wherever it stands in it (`HEAD:.env`, `open('.env')`, `-d@.env`), or as a pattern that
 * would match one (`.en*`).
 */
export function secretIn(text: string, isSecret: (path: string) => boolean, glob: boolean): string | undefined {
  if (code.test(text)) return undefined;
  if (isSecret(text)) return text;
  for (const part of text.split(/[\s'"`()=:,;@<>|&{}[\]\\]+/)) {
    if (part === '' || part === text || code.test(part) || /^[*?.]+$/.test(part)) continue;
    if (isSecret(part.replace(/^-[A-Za-z](?=[./])/, ''))) return part;
  }
  return glob ? secretOfPattern(text, isSecret) : undefined;
}

function secretOfPattern(text: string, isSecret: (path: string) => boolean): string | undefined {
  const base = text.slice(text.lastIndexOf('/') + 1);
  // `*` and `*.*` do not match names that begin with a dot, and a list of everything is no sign of a search for secrets.
  if (base.replaceAll(/\[[^\]]*\]|[^a-z0-9]/gi, '').length < 2 && !/^\.[^.]/.test(base)) return undefined;
  return sampleNames.find((name) => isSecret(name) && matchWildcard(base, name)) === undefined ? undefined : text;
}
