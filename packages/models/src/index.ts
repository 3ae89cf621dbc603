export type { Script, ScriptedAnswer, ScriptedFile, ScriptedRequest, ScriptedStep } from './scripted/script.ts';
