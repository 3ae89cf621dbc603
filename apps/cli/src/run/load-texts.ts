import type { Client } from '@atelier/client';
import { isBlobText } from '@atelier/thread';
import type { LongText, TimelineItem } from '@atelier/thread';

/**
 * Puts long texts in place of their blobs where they are going to be shown: answers, what waits for approval, and the
 * output of commands, whose end says most. With `whole` every output and preview. The item is changed.
 */
export async function loadTexts(client: Client, item: TimelineItem, whole = false): Promise<void> {
  const load = async (text: LongText): Promise<LongText> => (isBlobText(text) ? client.call('getBlob', { path: { blob: text.blob } }) : text);
  if (item.kind === 'text') item.text = await load(item.text);
  if (item.kind !== 'call') return;
  if (item.preview !== undefined && (whole || item.stage === 'awaits-approval')) item.preview = await load(item.preview);
  if (item.output !== undefined && (whole || item.tool === 'run_command')) item.output = await load(item.output);
}
