/*
 * The steps that happen in the console: broker_check, account, then, when the device is on its way, broker_login (for a device without a
 * cable), seen, adopt, zone. Called by provisioning-service.ts.
 */
import type { DeviceBroker } from '../../shared/api/provisioning';
import { must } from '../../shared/domain/assert';
import type { DeviceId } from '../../shared/domain/ids';
import { pollUntil } from './job-wait';
import { isHiddenOwnBroker, isLoopback } from './proposal-rules';
import type { HeardDevice, ProvisioningParts } from './provisioning-parts';
import { done, skipped, type JobFacts, type StepResult } from './provisioning-run';
import * as sentences from './provisioning-sentences';

/** A device sends its first heartbeat right behind its login. */
const SEEN_MS = 30_000;
/** From the restart after flashing to the login: start, join with its repetition, address, login. */
const ARRIVAL_MS = 90_000;
/** The device acknowledges a zone within a second of its approval; the exchange is repeated once. */
const ZONE_MS = 30_000;
const LOOK_MS = 250;

export class ConsoleSteps {
  constructor(private readonly parts: ProvisioningParts) {}

  /** Does this machine reach the broker where the device is to look for it? */
  async brokerCheck(broker: DeviceBroker, signal: AbortSignal): Promise<StepResult> {
    const { reach, machine } = this.parts;
    const facts = this.parts.broker();
    const where = `${broker.host}:${broker.port}`;
    if (isHiddenOwnBroker(facts, machine(), broker)) return sentences.brokerOnLoopback(broker);
    // Simulated devices run on this machine; the own broker is known to listen.
    if (facts.kind === 'own' && facts.port === broker.port && isLoopback(broker.host)) return skipped(where);
    const found = await reach.lookUp(broker.host, signal);
    if (signal.aborted) return sentences.cancelled(signal);
    if (!found.ok) return sentences.brokerUnreachable(broker, found.reason);
    const resolved = { host: found.address, port: broker.port };
    if (isHiddenOwnBroker(facts, machine(), resolved)) return sentences.brokerOnLoopback(resolved);
    const reached = await reach.connect(found.address, broker.port, signal);
    if (signal.aborted) return sentences.cancelled(signal);
    return reached.ok ? done(where) : sentences.brokerUnreachable(broker, reached.reason);
  }

  /** A fresh login in the own broker, the given one, or none. An id that a connected device bears is not given to another board. */
  async account(facts: JobFacts): Promise<StepResult> {
    const { broker } = facts.settings;
    const id = must(facts.deviceId, 'account comes after hello');
    if (facts.signal.aborted) return sentences.cancelled(facts.signal);
    const allowed = facts.mayBe(id);
    if (!allowed.ok) return allowed;
    const known = this.parts.devices.get(id);
    if (known?.replacedBy) return sentences.deviceRetired(id, known.replacedBy.deviceId);
    if (known?.presence.state === 'online' && facts.present?.id !== id) return sentences.deviceKnown(id, known.name);
    const { accounts } = this.parts;
    if (broker.username !== undefined) {
      facts.login = { username: broker.username, password: broker.password ?? '' };
      return skipped(broker.username);
    }
    if (!accounts || !broker.useOwnAccount) return skipped();
    const issued = await accounts.issue(id);
    if (!issued.ok) return sentences.accountFailed(issued.error.message);
    facts.login = issued.value.login;
    facts.undo = issued.value.undo;
    return done(issued.value.login.username);
  }

  /** Without a cable only the console can tell: the own broker knows who is logged in, another one only by what is heard. */
  async arrival(facts: JobFacts): Promise<StepResult> {
    const { accounts } = this.parts;
    const id = must(facts.deviceId, 'a prepared device has an id');
    const { broker, wifi } = facts.settings;
    const username = facts.login?.username;
    const isThere = (): boolean =>
      (username !== undefined && accounts?.isConnected(username) === true) || this.heard(id, facts) !== null;
    const came = await this.until(facts.signal, ARRIVAL_MS, () => (isThere() ? true : null));
    if (came !== null) return done(id);
    return facts.signal.aborted ? sentences.cancelled(facts.signal) : sentences.notArrived(broker, id, wifi.ssid);
  }

  async seen(facts: JobFacts): Promise<StepResult> {
    const id = must(facts.deviceId, 'seen comes after hello');
    const { broker, stopToken } = facts.settings;
    const device = await this.until(facts.signal, SEEN_MS, () => this.heard(id, facts));
    if (!device) return facts.signal.aborted ? sentences.cancelled(facts.signal) : sentences.notSeen(id, broker);
    if (facts.isTokenOwed && stopToken !== undefined) {
      const stored = this.parts.tokens.setDevice(id, stopToken, facts.actor);
      if (!stored.ok) return sentences.notAdopted(id, stored.error.message);
      facts.isTokenOwed = false;
    }
    return done(id);
  }

  /** From here on the device belongs to the plant, and what was made for it stays. */
  async adopt(facts: JobFacts): Promise<StepResult> {
    const id = must(facts.deviceId, 'adopt comes after hello');
    if (facts.signal.aborted) return sentences.cancelled(facts.signal);
    const { approve, name } = facts.settings;
    const known = this.parts.devices.get(id);
    // A device that comes back is not approved a second time: its page would tell another day.
    const isSettled = known?.approval === 'approved' && (name === undefined || name === known.name);
    if (approve && !isSettled) {
      const approved = this.parts.devices.approve(id, name, facts.actor);
      if (!approved.ok) return sentences.notAdopted(id, approved.error.message);
    }
    facts.undo = null;
    this.parts.accounts?.keep(id);
    return approve ? done(this.parts.devices.get(id)?.name ?? id) : skipped();
  }

  async zone(facts: JobFacts): Promise<StepResult> {
    const id = must(facts.deviceId, 'zone comes after hello');
    const { zones, devices } = this.parts;
    const { zoneId } = facts.settings;
    if (zoneId === undefined) return skipped();
    // Only a member of the plant has a zone; the operator chooses it when approving.
    if (devices.get(id)?.approval !== 'approved') return skipped('not approved');
    const asked = zones.assign(id, { zoneId }, facts.actor);
    if (!asked.ok) return sentences.zoneNotConfirmed(id, zoneId, asked.error.message);
    const ended = await this.until(facts.signal, ZONE_MS, () => {
      const operation = zones.operation(asked.value.id);
      if (!operation.ok) return { state: 'failed' as const, reason: operation.error.message };
      return operation.value.state === 'pending' ? null : operation.value;
    });
    if (ended?.state === 'confirmed') return done(zoneId);
    if (ended) return sentences.zoneNotConfirmed(id, zoneId, ended.reason ?? 'the device did not confirm it.');
    if (facts.signal.aborted) return sentences.cancelledInPlant(facts.signal, id, zoneId);
    return sentences.zoneNotConfirmed(id, zoneId, 'the device has not confirmed it within 30 s; the wish stays.');
  }

  /** The device, if it is there and was heard since it was given its network. */
  private heard(id: DeviceId, { heardBeforeMs }: JobFacts): HeardDevice | null {
    const device = this.parts.devices.get(id);
    return device?.presence.state === 'online' && device.lastSeenMs !== heardBeforeMs ? device : null;
  }

  private until<T>(signal: AbortSignal, deadlineMs: number, ask: () => T | null): Promise<T | null> {
    return pollUntil(ask, { clock: this.parts.clock, signal, everyMs: LOOK_MS, deadlineMs });
  }
}
