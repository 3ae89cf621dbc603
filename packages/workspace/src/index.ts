export * from './port.ts';
export { openLocalWorkspace } from './local-workspace.ts';
export type { LocalWorkspaceOptions } from './local-workspace.ts';
export { detectSandbox } from './sandbox/detect-sandbox.ts';
export { isSecretPath, secretGlobs, sharedGlobs } from './secrets.ts';
export { parsePath, quotePath } from './files/parse-path.ts';
