const GIT_FOLDER = /\.git\/\S*.{0,40}(?:Read-only file system|Permission denied)|could not lock config file|(?:unable to|cannot|could not) (?:create|write|lock|update|append)[^\n]*\.git\/|insufficient permission for adding an object/i;
const NO_NETWORK = /Could not resolve host|Temporary failure in name resolution|Name or service not known|Network is unreachable|nodename nor servname|getaddrinfo|\bEAI_AGAIN\b|\bENOTFOUND\b|\bENETUNREACH\b|dial tcp|NewConnectionError|no such host/i;
const READ_ONLY = /Read-only file system|\bEROFS\b/i;

/**
 * What a model has to know when a command failed at the sandbox's walls, because programs only report the symptom:
 * a sentence that says what is closed and how to ask for it. Undefined where the output names no wall. Pure.
 */
export function sandboxHint(output: string, { reachesHosts }: { reachesHosts: boolean }): string | undefined {
  if (GIT_FOLDER.test(output)) return "(In the sandbox .git is read-only. If the task needs Git to change it (commit, checkout, reset ...), send the command again with unsandboxed and a reason; a person is asked.)";
  if (!reachesHosts && NO_NETWORK.test(output)) return '(The sandbox has no network. If the command needs it, send it again with needs_network and the host names; a person may be asked.)';
  if (READ_ONLY.test(output)) return '(In the sandbox only the project and /tmp can be written. Write there, or send the command again with unsandboxed and a reason; a person is asked.)';
  return undefined;
}
