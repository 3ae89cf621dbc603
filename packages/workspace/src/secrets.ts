/**
 * The deny list for secrets: files that no tool reads, searches, writes or shows, and that a sandboxed command does not
 * see. A name decides, never the content, so that the answer is fast and the same everywhere.
 */

/** File names (globs, lower case, no `/`) that hold secrets wherever they lie. */
const secretNames = [
  '.env*', '*.env', '*.pem', '*.key', '*.p8', '*.p12', '*.pfx', '*.ppk', '*.jks', '*.keystore', '*.kdbx', '*.kdb',
  'id_rsa*', 'id_dsa*', 'id_ecdsa*', 'id_ed25519*',
  '.npmrc', '.yarnrc', '.netrc', '_netrc', '.pypirc', '.pgpass', '.my.cnf', '.git-credentials', '.dockercfg', '.htpasswd', '.boto', '.s3cfg', '.vault-token', '.terraformrc',
  'credentials*.json', 'client_secret*.json', 'service-account*.json', 'service_account*.json', 'serviceaccount*.json', '*-service-account.json', '*_service_account.json',
  'secrets.yml', 'secrets.yaml', 'secrets.json', 'secrets.toml', 'secrets.env', '*.tfvars.secret', 'master.key', '.rails_master_key',
];

/** Names that look like secrets and are made to be shared: templates, and the public half of a key pair. */
const sharedNames = ['.env.example', '.env.sample', '.env.template', '.env.dist', '.env.defaults', 'example.env', 'sample.env', 'template.env', '*.pub'];

/** Folders (at any depth) whose whole content is secret. */
const secretFolders = ['.ssh', '.gnupg'];

/** A folder and a name directly in it. */
const secretPlaces = ['.aws/credentials', '.aws/config', '.docker/config.json', '.kube/config', '.azure/*', '.cargo/credentials', '.cargo/credentials.toml', '.gem/credentials', '.config/gcloud/*', '.config/gh/hosts.yml'];

/** The deny list as globs over paths relative to the root, to be matched without regard to case; `sharedGlobs` are its exceptions. */
export const secretGlobs: readonly string[] = [
  ...secretNames.map((name) => `**/${name}`),
  ...secretFolders.flatMap((folder) => [`**/${folder}`, `**/${folder}/**`]),
  ...secretPlaces.map((place) => `**/${place}`),
];

/** What `secretGlobs` would cover and is not secret. */
export const sharedGlobs: readonly string[] = sharedNames.map((name) => `**/${name}`);

const secretName = anyOf(secretNames);
const sharedName = anyOf(sharedNames);
const secretPlace = anyOf(secretPlaces, '(?:^|/)');
const secretFolder = new Set(secretFolders);

/** Characters that some file systems ignore in names (HFS+ does), so that they must not hide a name from the list. */
const ignoredInNames = /[\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFEFF]|[\u{FE00}-\u{FE0F}]/gu;

/**
 * Whether the deny list covers this path (relative or absolute, of a file or of a folder that is secret as a whole).
 * Pure, about a microsecond. Case, Unicode compatibility forms, invisible characters, and the trailing dots and blanks
 * that Windows drops make no difference.
 */
export function isSecretPath(path: string): boolean {
  const folded = fold(path);
  const parts = folded.split('/').filter((part) => part !== '' && part !== '.');
  const name = parts.at(-1);
  if (name === undefined) return false;
  if (parts.some((part) => secretFolder.has(part))) return true;
  if (secretPlace.test(parts.join('/'))) return true;
  return secretName.test(name) && !sharedName.test(name);
}

function fold(path: string): string {
  const plain = isPlain.test(path) ? path : path.normalize('NFKC').replace(ignoredInNames, '');
  return plain.toLowerCase().replace(/[. ]+(?=\/|$)/g, '');
}
const isPlain = /^[\x20-\x7E]*$/;

function anyOf(globs: string[], start = '^'): RegExp {
  const sources = globs.map((glob) => glob.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*'));
  return new RegExp(`${start}(?:${sources.join('|')})$`);
}
