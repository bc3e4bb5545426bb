import { useTranslation } from 'react-i18next';
import { Octagon } from './octagon';
import { useHold } from './use-hold';
import css from './hold-button.module.css';

export type HoldButtonProps = {
  /** What is seen. */
  readonly label: string;
  /** What a screen reader says behind the label: what is stopped and that the key must be held. */
  readonly more: string;
  readonly isDisabled?: boolean;
  readonly onFire: () => void;
};

/** A stop key within a screen: acts when held for half a second, says so when it was let go too early. */
export function HoldButton({ label, more, isDisabled = false, onFire }: HoldButtonProps) {
  const { t } = useTranslation('stop');
  const { isHolding, wasTooShort, props } = useHold(onFire);
  const hint = isHolding ? t('control.keepHolding') : wasTooShort ? t('control.tooShort') : t('zoneButton.hint');
  return (
    <button
      type="button"
      className={`${css['key']} ${isHolding ? css['holding'] : ''}`}
      disabled={isDisabled}
      {...props}
    >
      <Octagon className={css['octagon']} />
      <span className={css['label']}>{label}</span>
      <span className="visuallyHidden">{more}</span>
      <span className={`${css['hint']} ${wasTooShort ? css['loud'] : ''}`} aria-hidden>
        {hint}
      </span>
      <span className={css['progress']} />
    </button>
  );
}
