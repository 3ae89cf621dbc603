export { openMemoryWorkspace } from './memory-workspace.ts';
export type { MemoryWorkspaceOptions } from './memory-workspace.ts';
export type { MemoryAnswer, MemoryCommands } from './memory/memory-processes.ts';
export type { MemoryTree } from './memory/memory-files.ts';
export { describeWorkspace } from './workspace-contract.ts';
export type { ContractWorkspace } from './contract/contract-workspace.ts';
