import type { ShellWord } from './shell-line.ts';

/** How a program that runs another one reads its own words before it. */
export interface OptionWrapper {
  /** Options whose value is the next word. */
  values: string[];
  /** Words of its own before the command (`timeout 5 ...`). */
  positional?: number;
  /** Whether `NAME=value` words before the command are its own. */
  assignments?: boolean;
  /** Options whose value is text for a shell or is split into words. */
  texts?: string[];
  /** Options after which nobody can say what runs. */
  opaque?: string[];
  /** Options that make the wrapper itself matter (it writes a file). */
  notable?: RegExp;
  /** Whether the wrapper matters by itself (it raises rights, it fetches). */
  keep?: boolean;
  /** Whether it adds words that are not in the line. */
  adds?: boolean;
  /** Only these first words make it a wrapper (`npm exec`). */
  subcommands?: string[];
}

/** Shells that run text or a file. */
export const scriptShells = new Set(['sh', 'bash', 'zsh', 'dash', 'ksh', 'mksh', 'ash', 'fish', 'rbash', 'pwsh']);

const runner = { values: ['--with', '--from', '-p', '--package', '--python', '-w', '--workspace'], texts: ['-c', '--call'], keep: true };

/** Programs that run the command after their own options. */
export const optionWrappers: Record<string, OptionWrapper | undefined> = {
  env: { values: ['-u', '--unset', '-C', '--chdir'], texts: ['-S', '--split-string'], assignments: true, notable: /^(?:-C|--chdir|[A-Za-z_]\w*=)/ },
  sudo: { values: ['-u', '-g', '-h', '-p', '-C', '-r', '-t', '-T', '-U', '-D', '-R', '--user', '--group'], assignments: true, keep: true },
  doas: { values: ['-u', '-C'], keep: true },
  pkexec: { values: ['--user'], keep: true },
  runuser: { values: ['-u', '-g', '-G'], texts: ['-c', '--command'], keep: true },
  chroot: { values: [], positional: 1, keep: true },
  unshare: { values: ['-S', '-G', '-R', '-w'], keep: true },
  nsenter: { values: ['-t', '-S', '-G'], keep: true },
  nice: { values: ['-n', '--adjustment'] },
  ionice: { values: ['-c', '-n', '-p'] },
  chrt: { values: ['-T', '-P', '-D'], positional: 1 },
  taskset: { values: [], positional: 1 },
  nohup: { values: [], keep: true },
  setsid: { values: [] },
  time: { values: ['-f', '--format', '-o', '--output'], notable: /^(?:-o|--output)/ },
  timeout: { values: ['-s', '--signal', '-k', '--kill-after'], positional: 1 },
  gtimeout: { values: ['-s', '-k'], positional: 1 },
  stdbuf: { values: ['-i', '-o', '-e', '--input', '--output', '--error'] },
  unbuffer: { values: [] },
  caffeinate: { values: ['-t', '-w'] },
  strace: { values: ['-e', '-o', '-p', '-s', '-u'], keep: true },
  script: { values: [], texts: ['-c', '--command'], keep: true },
  flock: { values: ['-w', '-E'], texts: ['-c'], positional: 1, keep: true },
  command: { values: [], opaque: [] },
  builtin: { values: [] },
  exec: { values: ['-a'] },
  xargs: {
    values: ['-I', '-n', '-P', '-L', '-d', '-E', '-s', '-a', '--max-args', '--max-procs', '--max-lines', '--replace', '--delimiter', '--arg-file'],
    adds: true,
  },
  busybox: { values: [] },
  toybox: { values: [] },
  npx: runner,
  bunx: runner,
  pnpx: runner,
  uvx: runner,
  pipx: { ...runner, subcommands: ['run'] },
  npm: { ...runner, subcommands: ['exec', 'x'] },
  pnpm: { ...runner, subcommands: ['exec', 'dlx'] },
  yarn: { ...runner, subcommands: ['exec', 'dlx'] },
  bun: { ...runner, subcommands: ['x'] },
  poetry: { ...runner, subcommands: ['run'] },
  pipenv: { ...runner, subcommands: ['run'] },
  hatch: { ...runner, subcommands: ['run'] },
  uv: { ...runner, subcommands: ['run'] },
  bundle: { ...runner, subcommands: ['exec'] },
  dotenv: { values: ['-e'], keep: true },
  direnv: { values: [], positional: 1, subcommands: ['exec'], keep: true },
};

/** The program that a command's first word names: `/usr/bin/rm` is `rm`; a path in the project (`./rm`) keeps its form. */
export function programName(text: string): string {
  const name = text.slice(text.lastIndexOf('/') + 1);
  return text.startsWith('/') || text === name ? name : text;
}

export interface AfterOptions {
  /** Index of the command's first word. */
  at: number;
  text?: string;
  opaque?: string;
  notable: boolean;
}

/** Skips a wrapper's own words. */
export function skipOptions(words: ShellWord[], from: number, wrapper: OptionWrapper): AfterOptions {
  const name = words[0]?.text ?? '';
  let at = from;
  let notable = false;
  let positional = wrapper.positional ?? 0;
  if (wrapper.subcommands) {
    if (!wrapper.subcommands.includes(words[at]?.text ?? '')) return { at: words.length, notable };
    at += 1;
  }
  for (; at < words.length; at += 1) {
    const word = words[at];
    if (!word) break;
    if (wrapper.notable?.test(word.text)) notable = true;
    if (word.text === '--') {
      at += 1;
      break;
    }
    const text = wrapper.texts?.find((each) => word.text === each || word.text.startsWith(`${each}=`) || (/^-\w$/.test(each) && word.text.startsWith(each)));
    if (text !== undefined) {
      const attached = word.text.slice(text.length).replace(/^=/, '');
      const value = attached === '' ? words[at + 1] : word;
      if (!value || value.dynamic) return { at, notable, opaque: `the text given to ${name} is only known when it runs` };
      const rest = words.slice(attached === '' ? at + 2 : at + 1);
      if (text === '-S' && rest.some((each) => each.dynamic)) return { at, notable, opaque: `the text given to ${name} is only known when it runs` };
      const more = text === '-S' || text === '--split-string' ? rest.map((each) => ` '${each.text.replaceAll("'", `'\\''`)}'`).join('') : '';
      return { at, notable, text: (attached === '' ? value.text : attached) + more };
    }
    if (word.text.startsWith('-') && word.text !== '-') {
      if (word.dynamic) return { at, notable, opaque: `what ${name} runs is only known when it runs` };
      if (wrapper.values.includes(word.text)) at += 1;
    } else if (wrapper.assignments && /^[A-Za-z_]\w*=/.test(word.text)) notable = true;
    else if (positional > 0) positional -= 1;
    else break;
  }
  return { at: Math.min(at, words.length), notable };
}
