import type { ReactNode } from 'react';
import css from './template-dialog.module.css';

/** Fields that belong together, two beside each other, under their name. */
export function FieldGroup({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <fieldset className={css['group']}>
      <legend>{title}</legend>
      <div className={css['fields']}>{children}</div>
    </fieldset>
  );
}
