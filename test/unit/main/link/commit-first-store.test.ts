import type { IPublishPacket, Packet } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { CommitFirstStore } from '../../../../src/main/link/commit-first-store';

const publish: IPublishPacket = {
  cmd: 'publish',
  topic: 't',
  payload: 'x',
  qos: 2,
  dup: false,
  retain: false,
  messageId: 7,
};
const release: Packet = { cmd: 'pubrel', messageId: 7 };

describe('CommitFirstStore', () => {
  it('takes responsibility for a QoS 2 message only after the commit', () => {
    const commits: (() => void)[] = [];
    const answers: string[] = [];
    const store = new CommitFirstStore((_packet, committed) => void commits.push(committed));
    store.put(publish, () => void answers.push('PUBREC'));
    expect([commits.length, answers]).toEqual([1, []]);
    commits[0]?.();
    expect(answers).toEqual(['PUBREC']);
  });

  it('lets other packets of the exchange pass without handling the message again', () => {
    const taken: IPublishPacket[] = [];
    const answers: string[] = [];
    const store = new CommitFirstStore((packet) => void taken.push(packet));
    store.put(release, () => void answers.push('PUBCOMP'));
    expect([taken, answers]).toEqual([[], ['PUBCOMP']]);
  });
});
