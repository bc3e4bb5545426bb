import { useTranslation } from 'react-i18next';
import css from './boot-hint.module.css';

/** What the fingers do: a drawing of the board with its two keys, and the moves in order. `press_reset`: only the last key is needed. */
export function BootHint({ hint = 'hold_boot' }: { readonly hint?: 'hold_boot' | 'press_reset' }) {
  const { t } = useTranslation('commissioning');
  const isBoot = hint === 'hold_boot';
  return (
    <section className={css['hint']} aria-label={t('setup.boot.title')}>
      <svg className={css['board']} viewBox="0 0 200 110" aria-hidden>
        <rect x="30" y="8" width="140" height="94" rx="6" />
        <rect x="62" y="15" width="76" height="34" rx="2" />
        <rect x="88" y="92" width="24" height="16" rx="2" />
        <rect className={css['key']} x="42" y="70" width="30" height="22" rx="3" />
        <rect className={css['key']} x="128" y="70" width="30" height="22" rx="3" />
        <text x="57" y="66">
          BOOT
        </text>
        <text x="143" y="66">
          RESET
        </text>
        {isBoot && (
          <text className={css['number']} x="57" y="85">
            1
          </text>
        )}
        <text className={css['number']} x="143" y="85">
          {isBoot ? 2 : 1}
        </text>
      </svg>
      <div className={css['text']}>
        <h3>{t('setup.boot.title')}</h3>
        <ol className={css['moves']}>
          {isBoot && <li>{t('setup.boot.hold')}</li>}
          <li>{t('setup.boot.tap')}</li>
          {isBoot && <li>{t('setup.boot.release')}</li>}
        </ol>
        <p className={css['note']}>{t(isBoot ? 'setup.boot.note' : 'setup.boot.resetNote')}</p>
      </div>
    </section>
  );
}
