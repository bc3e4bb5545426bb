import type { BrokerConnection } from '../../src/main/link/connection';

type Publish = BrokerConnection['publish'];
type Done = (error?: Error) => void;

/** A publication as a test looks at it; JSON payloads are parsed. */
export type Published = {
  readonly topic: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly qos: number;
  readonly isRetained: boolean;
  readonly expiryS: number | undefined;
  readonly userProperties: Readonly<Record<string, string>> | undefined;
};

/**
 * What the broker does with a publication: take it over, refuse it at once (a socket that is gone but not yet noticed), or keep silent until
 * the test decides with `answer()`.
 */
export type BrokerMood = 'takes' | 'refuses' | 'silent';

/** The publishing side of the broker connection, recording everything that is sent. */
export class FakeConnection implements Pick<BrokerConnection, 'isOnline' | 'publish'> {
  isOnline = true;
  mood: BrokerMood = 'takes';
  /** Runs inside each publish, before its answer: what is on disk, what is latched at that moment. */
  onPublish: (published: Published) => void = () => undefined;
  readonly sent: Published[] = [];
  private readonly unanswered: Done[] = [];

  publish(...[publication, done]: Parameters<Publish>): void {
    if (!this.isOnline) {
      done(new Error('not connected'));
      return;
    }
    const { topic, payload, qos, isRetained = false, expiryS, userProperties } = publication;
    const fields = payload === '' ? {} : (JSON.parse(payload) as Published['payload']);
    const published = { topic, payload: fields, text: payload, qos, isRetained, expiryS, userProperties };
    this.sent.push(published);
    this.onPublish(published);
    if (this.mood === 'silent') this.unanswered.push(done);
    else done(this.mood === 'refuses' ? new Error('socket closed') : undefined);
  }

  /** Answers everything that waits; with an error when given. */
  answer(error?: Error): void {
    for (const done of this.unanswered.splice(0)) done(error);
  }

  /** What was sent to topics that end so, oldest first. */
  to(topicEnd: string): Published[] {
    return this.sent.filter(({ topic }) => topic.endsWith(topicEnd));
  }

  /** Forgets what was sent so far and returns it. */
  take(): Published[] {
    return this.sent.splice(0);
  }
}
