import { createContext, Script } from 'node:vm';

/**
 * Runs pure computation and stops it after `timeoutMs` of processor time, even inside one regular expression that would
 * take years (V8 looks for the interrupt while it backtracks). Returns undefined where it was stopped. About 0.2 ms a call.
 */
export function createBoundedRunner(): <T>(work: () => T, timeoutMs: number) => { value: T } | undefined {
  const script = new Script('work()');
  const context = createContext({ work: undefined });

  function tryOnce<T>(work: () => T, timeoutMs: number): { value: T } | undefined {
    let done: { value: T } | undefined;
    context['work'] = () => {
      done = { value: work() };
    };
    try {
      script.runInContext(context, { timeout: Math.max(1, Math.ceil(timeoutMs)) });
    } catch (error) {
      // The error is of the other context: no `instanceof Error` here.
      if (typeof error !== 'object' || error === null || !('code' in error) || error.code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      return undefined;
    } finally {
      context['work'] = undefined;
    }
    return done;
  }

  return (work, timeoutMs) => {
    for (let attempt = 0; ; attempt += 1) {
      const before = process.cpuUsage();
      const done = tryOnce(work, timeoutMs);
      if (done !== undefined) return done;
      // The limit is on the clock; on a machine that is busy elsewhere the work may hardly have run.
      const { user, system } = process.cpuUsage(before);
      if ((user + system) / 1_000 > timeoutMs / 2 || attempt >= 9) return undefined;
    }
  };
}
