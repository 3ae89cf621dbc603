import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Ends commands that run outside the sandbox when this process dies, also by `kill -9`: a small shell waits on a pipe from
 * us; when the pipe closes it kills every process that carries our mark in its environment, wherever it went. (In the
 * sandbox the kernel does it: `--die-with-parent` and the PID namespace.)
 */
export interface OrphanReaper {
  /** `NAME=value` to be put into the environment of each command. */
  readonly mark: string;
  /** Starts the shell at the first call. */
  ensure(): void;
  /** Names a process group, for systems without `/proc`. */
  watch(group: number): void;
  forget(group: number): void;
  close(): void;
}

export const markName = 'ATELIER_COMMAND_OF';

export function createOrphanReaper(options: { id: string }): OrphanReaper {
  let shell: ChildProcess | undefined;
  const say = (line: string) => shell?.stdin?.write(`${line}\n`);
  return {
    mark: `${markName}=${options.id}`,
    ensure() {
      if (shell !== undefined) return;
      shell = spawn('/bin/sh', ['-c', script, 'atelier-reaper', `${markName}=${options.id}`], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, cwd: '/', env: { PATH: '/usr/bin:/bin' } });
      shell.unref();
      // Without the shell commands still end with us when we end in order; only a crash would leave them.
      shell.once('error', () => (shell = undefined));
      shell.stdin?.on('error', () => (shell = undefined));
      if (shell.stdin !== null && 'unref' in shell.stdin && typeof shell.stdin.unref === 'function') shell.stdin.unref();
    },
    watch: (group) => void say(`+ ${group}`),
    forget: (group) => void say(`- ${group}`),
    close() {
      shell?.stdin?.end('bye\n');
      shell = undefined;
    },
  };
}

const script = `
trap '' INT TERM HUP
groups=" "
while read -r verb group; do
  case "$verb" in
    +) groups="$groups$group " ;;
    -) case "$groups" in *" $group "*) groups="\${groups%% $group *} \${groups#* $group }" ;; esac ;;
    bye) exit 0 ;;
  esac
done
for group in $groups; do kill -9 -"$group" 2>/dev/null; done
[ -d /proc/self ] || exit 0
round=0
while [ $round -lt 20 ]; do
  found=
  for file in $(grep -lszxF -e "$1" /proc/[0-9]*/environ); do
    pid=\${file#/proc/}; pid=\${pid%/environ}
    kill -9 "$pid" 2>/dev/null && found=1
  done
  [ -n "$found" ] || exit 0
  round=$((round + 1))
done
`;
