import {
  LayoutGrid,
  Microchip,
  NotebookText,
  Octagon,
  Settings,
  SlidersHorizontal,
  Usb,
  type LucideIcon,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { usePlant } from '../connection/plant-store';
import { railRoute, railScreens, type RailScreen } from './rail-screens';
import styles from './rail.module.css';
import { hrefOf, useRoute } from './router';

const icons: Readonly<Record<RailScreen, LucideIcon>> = {
  plant: LayoutGrid,
  devices: Microchip,
  stop: Octagon,
  journal: NotebookText,
  commands: SlidersHorizontal,
  commissioning: Usb,
  settings: Settings,
};

/** Navigation between the screens, with what waits there. */
export function Rail() {
  const { t } = useTranslation();
  const { screen } = useRoute();
  const current = screen === 'zone' ? 'plant' : screen === 'device' ? 'devices' : screen;
  return (
    <nav className={styles['rail']} aria-label={t('rail.label')} data-area>
      <div className={styles['brand']} aria-hidden>
        L
      </div>
      {railScreens.map((item, index) => {
        const Icon = icons[item];
        return (
          <a
            key={item}
            href={hrefOf(railRoute(item))}
            className={styles['item']}
            aria-current={item === current ? 'page' : undefined}
            aria-keyshortcuts={`Alt+${index + 1}`}
            title={`Alt+${index + 1}`}
          >
            <Icon aria-hidden size={22} strokeWidth={1.7} />
            {t(`rail.${item}`)}
            <Badge item={item} />
          </a>
        );
      })}
    </nav>
  );
}

function Badge({ item }: { readonly item: RailScreen }) {
  const { t } = useTranslation();
  const pending = usePlant(
    ({ devices }) => Object.values(devices).filter(({ approval }) => approval === 'pending').length,
  );
  const engaged = usePlant(
    ({ stops }) => Object.values(stops).filter(({ clearedAt }) => clearedAt === undefined).length,
  );
  if (item === 'devices' && pending > 0)
    return <Count count={pending} tone="low" label={t('rail.pending', { count: pending })} />;
  if (item === 'stop' && engaged > 0)
    return <Count count={engaged} tone="stop" label={t('rail.engaged', { count: engaged })} />;
  return null;
}

function Count({
  count,
  tone,
  label,
}: {
  readonly count: number;
  readonly tone: 'low' | 'stop';
  readonly label: string;
}) {
  return (
    <span className={`${styles['count']} ${styles[tone]}`}>
      <span aria-hidden>{count}</span>
      <span className="visuallyHidden">({label})</span>
    </span>
  );
}
