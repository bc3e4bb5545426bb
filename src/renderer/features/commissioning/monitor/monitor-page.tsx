import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { JobError } from '../../../../shared/domain/job-errors';
import { useConnection } from '../../../connection/connection-store';
import { serverClock } from '../../../connection/server-clock';
import { Button } from '../../../ui/button';
import { SelectField, TextField } from '../../../ui/field';
import { formatNumber } from '../../../ui/format';
import { Notice } from '../../../ui/notice';
import { saveFile } from '../../../ui/save-file';
import { CallError, JobErrorText } from '../job-error';
import { useCommissioning } from '../commissioning-store';
import { PortHelp } from '../port-help';
import { PortSelect, portToUse, usePresentPorts } from '../port-select';
import { LineList } from './line-list';
import type { MonitorEnd, MonitorView } from './monitor-feed';
import css from './monitor-page.module.css';
import { levelFilters, monitorBauds, saveName, type MonitorBaud } from './monitor-rules';
import { monitorFeed, useMonitor } from './use-monitor';

/*
 * The page around the serial monitor: port, filter, keys and counts. The lines themselves are in monitor-feed.ts and line-list.tsx; the
 * screen of commissioning shows it as one of its tabs.
 */

const DEFAULT_BAUD = '115200';

/** What a device says on its port. The port is given back when this page is left. */
export function MonitorPage() {
  const { t } = useTranslation('bench');
  const view = useMonitor();
  const list = useCommissioning(({ event }) => event?.ports ?? null);
  const isWithoutPort = list !== null && !list.ports.some(({ isPresent }) => isPresent);
  useEffect(() => () => monitorFeed.stop('left'), []);
  return (
    <section className={css['panel']} aria-label={t('monitor.title')}>
      <PortBar view={view} />
      <ListBar view={view} />
      {isWithoutPort && <PortHelp list={list} />}
      <EndText end={view.end} isClosed={view.state === 'closed'} port={view.port} />
      {(!isWithoutPort || view.kept > 0) && (
        <>
          <LineList view={view} />
          <Counts view={view} />
        </>
      )}
    </section>
  );
}

function PortBar({ view }: { readonly view: MonitorView }) {
  const { t } = useTranslation('bench');
  const isConnected = useConnection(({ state }) => state === 'live');
  const ports = usePresentPorts();
  const [chosen, setChosen] = useState<string | null>(view.port);
  const [baud, setBaud] = useState<MonitorBaud>(DEFAULT_BAUD);
  const port = portToUse(ports, chosen);
  const isClosed = view.state === 'closed';
  const isBusy = isClosed && port !== null && port.use !== 'free';
  return (
    <div className={css['bar']}>
      <div className={css['port']}>
        <PortSelect port={port} onChange={setChosen} isDisabled={!isClosed} />
      </div>
      <SelectField
        label={t('monitor.baud')}
        value={baud}
        onChange={setBaud}
        isDisabled={!isClosed}
        options={monitorBauds.map((value) => ({ value, label: value }))}
      />
      {isClosed ? (
        <Button
          variant="primary"
          isDisabled={!isConnected || port === null || isBusy}
          onPress={() => port && monitorFeed.start(port.path, Number(baud))}
        >
          {t('monitor.start')}
        </Button>
      ) : (
        <Button onPress={() => monitorFeed.stop('stopped')}>{t('monitor.stop')}</Button>
      )}
      <output className={css['state']}>{isBusy ? t('monitor.state.busy') : t(`monitor.state.${view.state}`)}</output>
    </div>
  );
}

function ListBar({ view }: { readonly view: MonitorView }) {
  const { t } = useTranslation('bench');
  const [copyState, setCopyState] = useState<'none' | 'copied' | 'failed'>('none');
  const isEmpty = view.kept === 0;
  const copy = () => {
    navigator.clipboard.writeText(monitorFeed.text()).then(
      () => setCopyState('copied'),
      () => setCopyState('failed'),
    );
  };
  const save = () => {
    saveFile(saveName(view.port ?? '', serverClock.now()), 'text/plain;charset=utf-8', monitorFeed.text());
  };
  return (
    <div className={css['bar']}>
      <div className={css['filter']}>
        <TextField
          label={t('monitor.filter')}
          value={view.filter.text}
          onChange={(text) => monitorFeed.setFilter({ ...view.filter, text })}
          inputMode="search"
        />
      </div>
      <SelectField
        label={t('monitor.level')}
        value={view.filter.level}
        onChange={(level) => monitorFeed.setFilter({ ...view.filter, level })}
        options={levelFilters.map((value) => ({ value, label: t(`monitor.levels.${value}`) }))}
      />
      <Button isActive={view.isPaused} aria-pressed={view.isPaused} onPress={() => monitorFeed.pause(!view.isPaused)}>
        {t(view.isPaused ? 'monitor.resume' : 'monitor.pause')}
      </Button>
      <div className={css['keys']}>
        <Button isDisabled={isEmpty} onPress={copy} onBlur={() => setCopyState('none')}>
          {t(copyState === 'none' ? 'monitor.copy' : `monitor.${copyState}`)}
        </Button>
        <Button isDisabled={isEmpty} onPress={save}>
          {t('monitor.save')}
        </Button>
        <Button isDisabled={isEmpty} onPress={() => monitorFeed.clear()}>
          {t('monitor.clear')}
        </Button>
      </div>
    </div>
  );
}

type EndTextProps = { readonly end: MonitorEnd; readonly isClosed: boolean; readonly port: string | null };

/** Why it does not receive; nothing while it does. */
function EndText({ end, isClosed, port }: EndTextProps) {
  const { t } = useTranslation('bench');
  if (!isClosed) return null;
  switch (end.reason) {
    case 'left':
      return <Notice priority="none">{t('monitor.left', { port: port ?? '' })}</Notice>;
    case 'ended':
      return <EndedText {...end} />;
    case 'failed':
      return <CallError error={end.error} />;
    default:
      return null;
  }
}

/** A port that went away while one listened needs other words than one that cannot be had. */
function EndedText({ error, wasOpen }: { readonly error: JobError; readonly wasOpen: boolean }) {
  const { t } = useTranslation('bench');
  if (!wasOpen || (error.code !== 'port_vanished' && error.code !== 'port_in_use')) {
    return <JobErrorText error={error} isAnnounced />;
  }
  return (
    <Notice priority="high" announce="alert">
      {t(`monitor.ended.${error.code}`)}
    </Notice>
  );
}

/** Nothing is left out unseen: what is kept, what waits, and what was dropped where. */
function Counts({ view }: { readonly view: MonitorView }) {
  const { t } = useTranslation('bench');
  const number = (value: number) => formatNumber(value, 0);
  const isFiltered = view.filter.text !== '' || view.filter.level !== 'all';
  return (
    <footer className={css['counts']}>
      <span>{t('monitor.kept', { count: view.kept, number: number(view.kept) })}</span>
      {isFiltered && <span>{t('monitor.passing', { number: number(view.shown + view.waiting) })}</span>}
      {view.isPaused && <strong>{t('monitor.waiting', { count: view.waiting, number: number(view.waiting) })}</strong>}
      {view.droppedHere > 0 && <span>{t('monitor.droppedHere', { number: number(view.droppedHere) })}</span>}
      {view.droppedByConsole > 0 && (
        <strong className={css['lost']}>
          {t('monitor.droppedByConsole', { number: number(view.droppedByConsole) })}
        </strong>
      )}
    </footer>
  );
}
