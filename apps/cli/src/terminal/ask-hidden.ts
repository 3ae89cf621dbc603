/** Reads one line without showing it; Ctrl+C gives undefined. Needs a terminal. */
export function askHidden(stdin: NodeJS.ReadStream, stdout: NodeJS.WriteStream, prompt: string): Promise<string | undefined> {
  stdout.write(prompt);
  stdin.setRawMode(true);
  stdin.resume();
  return new Promise((resolve) => {
    let text = '';
    const end = (answer: string | undefined): void => {
      stdin.off('data', onData);
      stdin.setRawMode(false);
      stdin.pause();
      stdout.write('\n');
      resolve(answer);
    };
    const onData = (data: Buffer): void => {
      for (const character of data.toString('utf8')) {
        if (character === '\r' || character === '\n') return end(text);
        if (character === '\u0003' || character === '\u0004') return end(undefined);
        if (character === '\u007F' || character === '\b') text = text.slice(0, -1);
        else if (character >= ' ') text += character;
      }
    };
    stdin.on('data', onData);
  });
}
