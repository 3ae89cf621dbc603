import { ownEntry } from '../own-entry.ts';
import { isHarmlessVariable } from './environment.ts';
import type { ShellWord } from '../shell/shell-line.ts';

interface Reader {
  /** Arguments that make it write a file or start a program. */
  unsafe?: RegExp;
  /** How many arguments that are not options it may have. */
  most?: number;
  /** Arguments are text, not paths, so that it does not matter when they are only known later. */
  text?: boolean;
  /** A check of its own. */
  check?: (args: string[]) => boolean;
}

const plain: Reader = {};
const text: Reader = { text: true };

/** Programs that only read, as long as their arguments are the ones of reading. */
const readers: Record<string, Reader | undefined> = {
  ...Object.fromEntries(
    'cat head tail ls wc cut tr nl tac rev paste join comm fold expand unexpand column od hexdump strings stat du df dirname basename realpath readlink cmp diff md5sum sha1sum sha224sum sha256sum sha384sum sha512sum cksum b2sum sum base64 base32 grep egrep fgrep zgrep zcat ag pgrep lsof whereis tsort numfmt fmt look dir vdir cd pushd popd dirs'
      .split(' ').map((name) => [name, plain]),
  ),
  ...Object.fromEntries(
    ': true false echo test [ [[ sleep seq pwd whoami id groups uname arch nproc uptime free ps printenv which type tput locale getconf jobs wait exit return shift break continue expr factor tty logname users who w cal umask times'
      .split(' ').map((name) => [name, text]),
  ),
  // One argument to read; a second one would be written.
  uniq: { most: 1 },
  xxd: { most: 1, unsafe: /^-[a-z]*r/ },
  hostname: { most: 0, text: true },
  date: { unsafe: /^(?:-[a-zA-Z]*s|--s|\d)/, text: true },
  file: { unsafe: /^(?:-[a-zA-Z]*C|--compile)/ },
  sort: { unsafe: /^(?:-[a-zA-Z]*[oT]|--o|--compress|--temp)/ },
  tree: { unsafe: /^(?:-[a-zA-Z]*[oR]|--output)/ },
  rg: { unsafe: /^(?:--pre|--hostname-bin|--search-zip|-[a-zA-Z]*z)/ },
  fd: { unsafe: /^(?:-[a-zA-Z]*[xX]|--exec)/ },
  fdfind: { unsafe: /^(?:-[a-zA-Z]*[xX]|--exec)/ },
  find: { unsafe: /^-(?:delete|fprint|fprint0|fprintf|fls|ok|okdir)$/ },
  jq: plain,
  yq: { unsafe: /^(?:-[a-zA-Z]*i|--in-?place|-s|--split)/ },
  less: { unsafe: /^(?:-[a-zA-Z]*[oOk]|--log|\+)/ },
  more: { unsafe: /^\+/ },
  printf: { text: true, unsafe: /^-v/ },
  // A name in capitals could be one that decides what the next command is.
  read: { check: (args) => args.every((arg) => /^-[ers]+$/.test(arg) || arg === 'REPLY' || isHarmlessVariable(arg)) },
  set: { check: (args) => args.every((arg) => /^(?:[-+][euxo]+|pipefail|errexit|nounset|xtrace)$/.test(arg)) },
  env: { check: (args) => args.every((arg) => /^\w+=/.test(arg) && isHarmlessVariable(arg.slice(0, arg.indexOf('=')))) },
  sed: { check: onlyPrints },
  awk: { check: awkReads },
  gawk: { check: awkReads },
  mawk: { check: awkReads },
  npm: { check: (args) => /^(?:ls|list|ll|outdated|explain|why|root|prefix|bin)$/.test(args[0] ?? '') },
  pnpm: { check: (args) => /^(?:ls|list|why|root)$/.test(args[0] ?? '') },
  pip: { check: (args) => /^(?:list|show|freeze)$/.test(args[0] ?? '') },
  pip3: { check: (args) => /^(?:list|show|freeze)$/.test(args[0] ?? '') },
  go: { check: (args) => args[0] === 'version' || (args[0] === 'env' && !args.some((arg) => /^-[wu]/.test(arg))) },
};

const versioned = /^(?:node|npm|npx|pnpm|yarn|bun|deno|python|python3|pip|pip3|uv|ruby|gem|bundle|go|cargo|rustc|rustup|gcc|g\+\+|clang|clang\+\+|make|cmake|ninja|java|javac|mvn|gradle|tsc|eslint|prettier|vitest|jest|php|composer|perl|dotnet|swift|kotlin|scala|terraform|curl|wget|bash|sh|zsh|elixir|mix|ghc|stack|zig|lua|ocaml|R|julia)$/;

/** Whether a command certainly changes nothing, judged by its program's name and its words (the name first). */
export function isReadOnlyProgram(name: string, words: ShellWord[]): boolean {
  const args = words.slice(1);
  if (args.length === 1 && !args[0]?.dynamic && versioned.test(name) && /^(?:--version|-v|-V|--help|version)$/.test(args[0]?.text ?? '')) return true;
  const reader = ownEntry(readers, name);
  if (!reader) return false;
  if (!reader.text && args.some((arg) => arg.dynamic)) return false;
  const guarded = reader.unsafe !== undefined || reader.most !== undefined || reader.check !== undefined;
  if (guarded && args.some((arg) => (arg.dynamic && !reader.text) || (arg.glob && /^[*?[]/.test(arg.text) && name !== 'find'))) return false;
  const texts = args.map((arg) => arg.text);
  if (reader.unsafe && texts.some((each) => reader.unsafe?.test(each))) return false;
  if (reader.most !== undefined && texts.filter((each) => !each.startsWith('-') && !each.startsWith('+')).length > reader.most) return false;
  return reader.check?.(texts) ?? true;
}

/** `sed` can write files and run programs; only scripts of forms that certainly print are accepted. */
function onlyPrints(args: string[]): boolean {
  const scripts: string[] = [];
  let explicit = false;
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (arg === '-e' || arg === '--expression') {
      explicit = true;
      at += 1;
      scripts.push(args[at] ?? '');
    } else if (!/^(?:-[nErsuz]+|--quiet|--silent|--regexp-extended|--posix|--debug)$/.test(arg)) {
      if (arg.startsWith('-')) return false;
      if (!explicit && scripts.length === 0) scripts.push(arg);
    }
  }
  return scripts.length > 0 && scripts.every((script) => script.split(/;(?=\s*(?:\d|\$|[pqd]|s[/|#,]|$))/).every((part) => sedStep.test(part.trim())));
}
const address = String.raw`(?:\d+|\$|/(?:[^/\\\n]|\\.)*/)`;
const sedStep = new RegExp(String.raw`^(?:(?:${address}(?:,[+~]?${address})?)?\s*!?\s*(?:[pdqQ=]|s(?:/(?:[^/\\\n]|\\.)*/(?:[^/\\\n]|\\.)*/|\|(?:[^|\\\n]|\\.)*\|(?:[^|\\\n]|\\.)*\||#(?:[^#\\\n]|\\.)*#(?:[^#\\\n]|\\.)*#|,(?:[^,\\\n]|\\.)*,(?:[^,\\\n]|\\.)*,)[gpiI0-9]*)|)$`);

/** `awk` scripts without output to files, pipes, `getline`, `system` and indirect calls. */
function awkReads(args: string[]): boolean {
  let script: string | undefined;
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (arg === '-F' || arg === '-v') at += 1;
    else if (arg.startsWith('-') && !/^-[Fv]./.test(arg)) return false;
    else if (!arg.startsWith('-')) {
      script = arg;
      break;
    }
  }
  if (script === undefined || script.length > 4000) return false;
  // A comparison in a string or a pattern is refused as well: it only asks.
  return !/system|getline|close|fflush|@|\||printf?\b[^;}]*>|>>|"\s*>/.test(script);
}
