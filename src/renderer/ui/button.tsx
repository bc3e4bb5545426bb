import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components';
import styles from './button.module.css';

export type ButtonProps = Omit<AriaButtonProps, 'className' | 'style'> & {
  /** `key` is a big key of a faceplate, `plain` has no frame. */
  readonly variant?: 'normal' | 'primary' | 'key' | 'plain';
  /** For a key: this is the present state. */
  readonly isActive?: boolean;
};

/** A push button: keyboard, mouse and touch by `onPress`. */
export function Button({ variant = 'normal', isActive = false, ...props }: ButtonProps) {
  return <AriaButton {...props} className={styles[variant] ?? ''} data-active={isActive || undefined} />;
}
