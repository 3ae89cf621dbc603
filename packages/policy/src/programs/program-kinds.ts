const set = (names: string): ReadonlySet<string> => new Set(names.split(' '));

/** Programs that raise rights, change the machine, or reach what lies outside every sandbox. */
export const privilegedPrograms = set(
  'sudo doas su pkexec runuser sudoedit visudo mount umount chroot unshare nsenter systemctl service systemd-run journalctl insmod rmmod modprobe reboot shutdown halt poweroff init telinit iptables ip6tables nft ufw sysctl useradd userdel usermod groupadd groupdel passwd chpasswd setcap setfacl swapon swapoff losetup cryptsetup mkfs fdisk parted sfdisk wipefs lvm crontab at batch docker docker-compose podman open xdg-open tmux screen nerdctl buildah kubectl helm apt apt-get aptitude dpkg yum dnf rpm pacman apk zypper snap flatpak launchctl diskutil csrutil spctl dscl osascript hdiutil strace ltrace gdb bwrap firejail setpriv capsh',
);

/** Programs that talk to other machines. */
export const networkPrograms = set('curl wget ssh scp sftp rsync ftp telnet nc ncat netcat socat ping traceroute dig nslookup host whois http https xh aria2c gh glab hub aws gcloud az heroku vercel netlify fly wrangler');

/** Programs that delete or overwrite what they are given. */
export const destructivePrograms = set('rm rmdir unlink shred truncate dd srm trash wipe dropdb');

/** Programs that move or overwrite; what they name is changed, also when it lies in a folder. */
export const movingPrograms = set('mv cp install ln rsync chmod chown chgrp tar unzip cpio');

/** Programs whose first argument is a pattern or a script and not a path, unless an option of this form gave it. */
export const patternPrograms: Record<string, RegExp | undefined> = {
  grep: /^(?:-[a-zA-Z]*[ef]|--regexp|--file)/,
  egrep: /^(?:-[a-zA-Z]*[ef]|--regexp|--file)/,
  fgrep: /^(?:-[a-zA-Z]*[ef]|--regexp|--file)/,
  zgrep: /^(?:-[a-zA-Z]*[ef]|--regexp|--file)/,
  rg: /^(?:-[a-zA-Z]*[ef]|--regexp|--file|--files)/,
  ag: /^-g/,
  fd: /^$/,
  fdfind: /^$/,
  sed: /^(?:-[a-zA-Z]*[ef]|--expression|--file)/,
  awk: /^-f/,
  gawk: /^-f/,
  mawk: /^-f/,
  jq: /^(?:-f|--from-file)/,
  yq: /^$/,
  perl: /^$/,
};

/** Programs whose arguments are text. */
export const textPrograms = set(': true false echo printf expr seq sleep exit return');

/** Words that make a destructive command of a program that is none by itself. */
export function destroysByArguments(name: string, args: string[]): boolean {
  switch (name) {
    case 'find':
      return args.includes('-delete') || args.some((arg, index) => /^-(?:exec|execdir)$/.test(arg) && destructivePrograms.has(args[index + 1] ?? ''));
    case 'rsync':
      return args.some((arg) => arg.startsWith('--del') || arg === '--remove-source-files');
    case 'docker':
    case 'podman':
      return args.some((arg) => /^(?:rm|rmi|prune|kill|down)$/.test(arg));
    case 'kubectl':
    case 'helm':
      return args.some((arg) => /^(?:delete|uninstall|drain)$/.test(arg));
    case 'terraform':
    case 'tofu':
      return args.includes('destroy');
    default:
      return false;
  }
}
