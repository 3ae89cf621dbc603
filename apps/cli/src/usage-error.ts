/** The command was given wrongly: its sentence is shown with the usage line, and the process ends with 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly usage: string | undefined;

  constructor(message: string, usage?: string) {
    super(message);
    this.usage = usage;
  }
}

/** What cannot be done, as a sentence for people: shown without a stack, and the process ends with 1. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}
