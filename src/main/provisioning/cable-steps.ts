/*
 * The steps that talk to the device over its cable: hello, identity, broker, token, wifi, broker_login. Called by provisioning-service.ts in
 * that order, with the steps of console-steps.ts between them, and by the scan.
 */
import type { WifiScan } from '../../shared/api/provisioning';
import { deviceIdSchema, kaiserIdSchema } from '../../shared/domain/ids';
import { jobSuccess, type JobErrorCode, type JobResult } from '../../shared/domain/job-errors';
import { must } from '../../shared/domain/assert';
import type { Clock } from '../clock';
import type { PortLease } from '../flash/flash-room';
import { nameForDevice } from './device-name-rules';
import { chunksOf, commands, improvErrors } from './improv-codec';
import type { ImprovSession } from './improv-session';
import type { Reply } from './improv-exchange';
import { pause, pollUntil } from './job-wait';
import type { ProvisioningParts } from './provisioning-parts';
import { done, skipped, type JobFacts, type StepResult } from './provisioning-run';
import * as sentences from './provisioning-sentences';

/** A device that starts answers after the bootloader, its settings and its buses: 2 to 5 s on a chip. */
const GREET_MS = 10_000;
/** Between two tries while it starts. */
const GREET_AGAIN_MS = 500;
/** From joined to connected: address, name, TCP, login; the firmware tries anew after a few seconds. */
const LOGIN_MS = 30_000;
const LOGIN_ASK_MS = 1_000;
/** The firmware answers a scan with so many networks at most, the strongest ones. */
const MAX_HEARD = 16;

type Network = WifiScan['networks'][number];
type Identity = {
  readonly id: string;
  readonly kaiserId: string;
  /** The device asks for a stop token. */
  readonly hasToken: boolean;
};
export type Greeting = { readonly firmware: WifiScan['firmware']; readonly identity: Identity | null };

const afterReenumeration: ReadonlySet<JobErrorCode> = new Set(['port_absent', 'port_vanished', 'port_failed']);

export class CableSteps {
  constructor(
    private readonly parts: Pick<ProvisioningParts, 'devices' | 'tokens' | 'kaiserId'> & { readonly clock: Clock },
    private readonly lease: Pick<PortLease, 'isNativeUsb'>,
    private readonly session: ImprovSession,
    private readonly signal: AbortSignal,
  ) {}

  /** Who answers, and which id is in force. A device that still starts is waited for. */
  async greet(): Promise<JobResult<Greeting>> {
    const info = await this.patiently(() => this.session.request(commands.deviceInfo()));
    if (!info.ok) return info;
    const [name = '', version = '', chip = ''] = info.value[0] ?? [];
    const identity = await this.session.request(commands.getIdentity());
    if (identity.ok) return jobSuccess({ firmware: { name, version, chip }, identity: identityOf(identity.value) });
    if (identity.error.details['error'] !== improvErrors.unknownRpc) return identity;
    return jobSuccess({ firmware: { name, version, chip }, identity: null });
  }

  /** Networks as the device hears them, strongest first. */
  async scan(): Promise<JobResult<Network[]>> {
    const heard = await this.session.request(commands.scanWifi());
    return heard.ok ? jobSuccess(heard.value.map(networkOf)) : heard;
  }

  async hello(facts: JobFacts): Promise<StepResult> {
    const greeting = await this.greet();
    if (!greeting.ok) return greeting;
    const { firmware, identity } = greeting.value;
    const id = deviceIdSchema.safeParse(identity?.id);
    if (!identity || !id.success) return sentences.foreignFirmware(this.session.path, firmware.name, firmware.version);
    facts.firmware = firmware;
    facts.present = { ...identity, id: id.data };
    facts.deviceId = facts.settings.deviceId ?? id.data;
    return done(`${firmware.name} ${firmware.version} · ${firmware.chip}`);
  }

  /** The id is told only when it is another one, the controller's id when this console has another one; either needs a restart. */
  async identity(facts: JobFacts): Promise<StepResult> {
    const { name } = facts.settings;
    const present = must(facts.present, 'identity comes after hello');
    const id = must(facts.deviceId, 'identity comes after hello');
    const { kaiserId } = this.parts;
    if (name !== undefined) {
      const named = await this.session.request(commands.setDeviceName(nameForDevice(name)));
      if (!named.ok) return named;
    }
    if (present.id === id && present.kaiserId === kaiserId) return skipped(id);
    const told = await this.session.request(commands.setIdentity(id, kaiserId));
    if (!told.ok) return told;
    const restarted = await this.restart({ id, kaiserId });
    return restarted.ok ? done(id) : restarted;
  }

  async broker(facts: JobFacts): Promise<StepResult> {
    const { host, port, tls, caPem } = facts.settings.broker;
    const { username: user = '', password = '' } = facts.login ?? {};
    const told = await this.session.request(commands.setBroker({ host, port, tls, user, password }));
    if (!told.ok) return tls ? withoutTls(told) : told;
    if (tls && caPem !== undefined) {
      for (const chunk of chunksOf(Buffer.from(caPem))) {
        const taken = await this.session.request(commands.certificate(chunk));
        if (!taken.ok) return withoutTls(taken);
      }
    }
    return done(`${host}:${port}`);
  }

  async token(facts: JobFacts): Promise<StepResult> {
    const id = must(facts.deviceId, 'token comes after hello');
    const stopToken = facts.settings.stopToken ?? this.parts.tokens.ofDevice(id);
    if (stopToken === undefined) return await this.withoutToken(facts);
    const told = await this.session.request(commands.setToken('device', stopToken));
    if (!told.ok) return told;
    // From now on the device asks for it. A device that the console knows must stay stoppable whatever becomes of this job.
    facts.isTokenOwed = this.parts.tokens.ofDevice(id) !== stopToken;
    if (facts.isTokenOwed && this.parts.devices.get(id)) {
      const stored = this.parts.tokens.setDevice(id, stopToken, facts.actor);
      if (!stored.ok) return sentences.notAdopted(id, stored.error.message);
      facts.isTokenOwed = false;
    }
    return done('stored');
  }

  /** A token of an earlier owner, which this console does not know: with it the device would refuse every stop. */
  private async withoutToken({ present }: JobFacts): Promise<StepResult> {
    if (present?.hasToken !== true) return skipped();
    const told = await this.session.request(commands.setToken('device', ''));
    return told.ok ? done('removed') : told;
  }

  /** Makes the device forget its token, which nobody will know. False when it could not be told. */
  async forgetToken(): Promise<boolean> {
    const opened = await this.session.open();
    return opened.ok && (await this.session.request(commands.setToken('device', ''))).ok;
  }

  async wifi(facts: JobFacts): Promise<StepResult> {
    const { ssid, password } = facts.settings.wifi;
    const id = must(facts.deviceId, 'wifi comes after hello');
    const looked = await this.lookFor(ssid);
    if (!looked.ok) return looked;
    const { network, heard } = looked.value;
    if (network) facts.tell(`${ssid} · ${network.rssiDbm} dBm`);
    facts.heardBeforeMs = this.parts.devices.get(id)?.lastSeenMs ?? null;
    const joined = await this.session.request(commands.setWifi(ssid, password));
    if (joined.ok) return done(network ? `${ssid} · ${network.rssiDbm} dBm` : ssid);
    if (joined.error.details['error'] !== improvErrors.notJoined) return joined;
    return heard === 0 ? sentences.wifiNotFound(ssid, []) : sentences.wifiNotJoined(ssid, network?.rssiDbm ?? null);
  }

  async brokerLogin(facts: JobFacts): Promise<StepResult> {
    const { broker, wifi } = facts.settings;
    const { clock } = this.parts;
    let ip = '';
    const found = await pollUntil(
      async (): Promise<StepResult | null> => {
        const status = await this.session.request(commands.status());
        if (!status.ok) return status;
        const [, , , isJoined, address = '', isConnected] = status.value[0] ?? [];
        ip = isJoined === '1' ? address : '';
        if (ip !== '') facts.tell(ip);
        return isConnected === '1' ? done(ip) : null;
      },
      { clock, signal: this.signal, everyMs: LOGIN_ASK_MS, deadlineMs: LOGIN_MS },
    );
    if (found) return found;
    if (this.signal.aborted) return sentences.cancelled(this.signal);
    return ip === '' ? sentences.networkLost(broker, wifi.ssid) : sentences.brokerNotReached(broker, ip);
  }

  /**
   * Is the network there at all? Only a list that tells something is believed: not an empty one (the join will tell), not a full one, and none
   * with a hidden network in it. A device that stays busy is not asked further. `heard`: networks in the list, null without a list.
   */
  private async lookFor(ssid: string): Promise<JobResult<{ network: Network | null; heard: number | null }>> {
    let names: readonly string[] = [];
    // A beacon is missed now and then: what was not heard is listened for once more.
    for (let tries = 0; tries < 2; tries += 1) {
      const networks = await this.scan();
      if (!networks.ok && networks.error.details['error'] === improvErrors.busy) {
        return jobSuccess({ network: null, heard: null });
      }
      if (!networks.ok) return networks;
      names = networks.value.map((network) => network.ssid);
      const network = networks.value.find((each) => each.ssid === ssid) ?? null;
      const isOpenQuestion = names.length === 0 || names.length >= MAX_HEARD || names.includes('');
      if (network || isOpenQuestion) return jobSuccess({ network, heard: names.length });
    }
    return sentences.wifiNotFound(ssid, names);
  }

  /** Restarts the device and waits until the new identity is in force. The old one still answers for half a second. */
  private async restart(wanted: Omit<Identity, 'hasToken'>): Promise<JobResult<null>> {
    const ordered = await this.session.request(commands.reboot());
    if (!ordered.ok && (ordered.error.code === 'device_refused' || this.signal.aborted)) return ordered;
    const untilMs = this.parts.clock.monotonic() + GREET_MS;
    for (;;) {
      const answer = await this.patiently(() => this.session.request(commands.getIdentity()));
      if (!answer.ok) return answer;
      const { id, kaiserId } = identityOf(answer.value) ?? {};
      if (id === wanted.id && kaiserId === wanted.kaiserId) return jobSuccess(null);
      if (this.parts.clock.monotonic() >= untilMs) return sentences.notRestarted(this.session.path);
      await pause(this.parts.clock, GREET_AGAIN_MS, this.signal);
    }
  }

  /** Asks a device that may be starting. Its port may go and come back meanwhile when it is the chip itself, but not that of an adapter. */
  private async patiently(ask: () => Promise<JobResult<Reply>>): Promise<JobResult<Reply>> {
    const { clock } = this.parts;
    const untilMs = clock.monotonic() + GREET_MS;
    for (;;) {
      const opened = await this.session.open();
      const answer = opened.ok ? await ask() : opened;
      if (answer.ok) return answer;
      const { code } = answer.error;
      const hasGone = afterReenumeration.has(code);
      const mayPass = code === 'no_firmware' || (hasGone && this.lease.isNativeUsb);
      if (!mayPass || this.signal.aborted || clock.monotonic() >= untilMs) {
        return code === 'port_absent' ? sentences.portVanished(this.session.path) : answer;
      }
      await pause(clock, GREET_AGAIN_MS, this.signal);
    }
  }
}

function withoutTls(told: JobResult<unknown> & { readonly ok: false }): StepResult {
  return told.error.details['error'] === improvErrors.notBuiltIn ? sentences.tlsUnsupported() : told;
}

function identityOf([strings = []]: Reply): Identity | null {
  const [id = '', kaiser = '', hasToken] = strings;
  const kaiserId = kaiserIdSchema.safeParse(kaiser);
  return kaiserId.success ? { id, kaiserId: kaiserId.data, hasToken: hasToken === '1' } : null;
}

function networkOf([ssid = '', rssi = '', secured = '']: readonly string[]): Network {
  const rssiDbm = Number.parseInt(rssi, 10);
  return { ssid, rssiDbm: Number.isNaN(rssiDbm) ? 0 : rssiDbm, isSecured: secured === 'YES' };
}
