import type { Workspace } from '../port.ts';

/** Opens a workspace that holds exactly these files; whoever opens it also sees that it is closed when the test ends. */
export type ContractWorkspace = (files: Record<string, string | Uint8Array>) => Promise<Workspace>;
