/** Variables that cannot change what a program does beyond language, colour and the like. */
const harmless = /^(?:LC_[A-Z]+|LANG|LANGUAGE|TZ|NO_COLOR|FORCE_COLOR|CLICOLOR|CLICOLOR_FORCE|CI|TERM|COLUMNS|LINES|NODE_ENV|DEBUG|RUST_BACKTRACE|RUST_LOG|GIT_PAGER_IN_USE)$/;

/** Whether setting a variable cannot make a reading command do something else: names in capitals may (`PATH`, `GIT_PAGER`). */
export function isHarmlessVariable(name: string): boolean {
  return harmless.test(name) || (/^[a-z][a-z0-9_]*$/.test(name) && !name.endsWith('proxy'));
}
