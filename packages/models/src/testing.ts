export { createScriptedModel, type ScriptedModel } from './scripted/scripted-model.ts';
export { startScriptedServer, type RecordedRequest, type ScriptedServer } from './scripted/scripted-server.ts';
export { parseScript } from './scripted/parse-script.ts';
export type { Script, ScriptedAnswer, ScriptedFile, ScriptedMessage, ScriptedRequest, ScriptedStep, ScriptedToolCall, ScriptedToolResult, ScriptedUsage, ScriptFunction } from './scripted/script.ts';
