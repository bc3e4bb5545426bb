import { useLayoutEffect, useRef, useState, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import { usePreferences } from '../../../app/preferences';
import { Button } from '../../../ui/button';
import css from './line-list.module.css';
import type { MonitorView, NumberedLine } from './monitor-feed';
import { levelLetter, lineTime, rowsInSight } from './monitor-rules';
import { monitorFeed } from './use-monitor';

/** Height of a row, px, as in the style sheet; `--scale` of glove density raises it with the type (styles/tokens.css). */
const ROW_PX = 20;
const GLOVE_SCALE = 1.25;

type Scroll = { readonly topPx: number; readonly heightPx: number };

/** The lines, of which only those in sight are drawn. It follows the newest until somebody scrolls up. */
export function LineList({ view }: { readonly view: MonitorView }) {
  const { t } = useTranslation('bench');
  const rowPx = usePreferences(({ density }) => density === 'glove') ? ROW_PX * GLOVE_SCALE : ROW_PX;
  const box = useRef<HTMLDivElement>(null);
  const [isFollowing, setFollowing] = useState(true);
  const [scroll, setScroll] = useState<Scroll>({ topPx: 0, heightPx: 0 });
  useBoxHeight(box, (heightPx) => setScroll((before) => ({ ...before, heightPx })));
  useStayInPlace(box, { view, rowPx, isFollowing });
  // The scroll event of a followed list comes a frame late; hundreds of new lines would leave the view empty until then.
  const topPx = isFollowing ? Math.max(0, view.shown * rowPx - scroll.heightPx) : scroll.topPx;
  const { first, end } = rowsInSight(topPx, scroll.heightPx, rowPx, view.shown);
  const lines = Array.from({ length: Math.max(0, end - first) }, (_, index) => monitorFeed.line(first + index));
  const onScroll = () => {
    const { scrollTop, scrollHeight, clientHeight } = box.current ?? document.documentElement;
    setScroll({ topPx: scrollTop, heightPx: clientHeight });
    setFollowing(scrollHeight - clientHeight - scrollTop < rowPx);
  };
  return (
    <div className={css['frame']}>
      <div
        ref={box}
        className={css['box']}
        role="log"
        aria-live="off"
        aria-label={t('monitor.lines')}
        // A scrolled area must be reachable by keyboard.
        tabIndex={0} // oxlint-disable-line jsx-a11y/no-noninteractive-tabindex -- see above
        onScroll={onScroll}
      >
        {view.kept === 0 && <p className={css['empty']}>{t(`monitor.empty.${view.state}`)}</p>}
        {view.kept > 0 && view.shown === 0 && <p className={css['empty']}>{t('monitor.noMatch')}</p>}
        <div className={css['all']} style={{ height: view.shown * rowPx }}>
          <ol className={css['rows']} style={{ transform: `translateY(${first * rowPx}px)` }}>
            {lines.map((line) => line && <Row key={line.number} line={line} />)}
          </ol>
        </div>
      </div>
      {!isFollowing && view.shown > 0 && (
        <div className={css['stopped']}>
          <output>{t('monitor.scrolledUp')}</output>
          <Button onPress={() => scrollToEnd(box)}>{t('monitor.toEnd')}</Button>
        </div>
      )}
    </div>
  );
}

function Row({ line }: { readonly line: NumberedLine }) {
  const { t } = useTranslation('bench');
  return (
    <li className={css['row']} data-level={line.level ?? 'none'}>
      <time>{lineTime(line.atMs)}</time>
      <span className={css['level']} title={line.level === null ? undefined : t(`monitor.levelName.${line.level}`)}>
        {levelLetter(line.level)}
      </span>
      <span className={css['text']}>{line.text}</span>
    </li>
  );
}

function scrollToEnd(box: RefObject<HTMLDivElement | null>): void {
  box.current?.scrollTo(0, box.current.scrollHeight);
}

/** At the end when it follows; else what is read stays where it is while old lines go out above it. */
function useStayInPlace(
  box: RefObject<HTMLDivElement | null>,
  { view, rowPx, isFollowing }: { readonly view: MonitorView; readonly rowPx: number; readonly isFollowing: boolean },
): void {
  const dropped = useRef(view.shownDropped);
  useLayoutEffect(() => {
    const gone = view.shownDropped - dropped.current;
    dropped.current = view.shownDropped;
    if (isFollowing) scrollToEnd(box);
    else if (gone > 0) box.current?.scrollBy(0, -gone * rowPx);
  }, [box, view, rowPx, isFollowing]);
}

function useBoxHeight(box: RefObject<HTMLDivElement | null>, onHeight: (heightPx: number) => void): void {
  const latest = useRef(onHeight);
  useLayoutEffect(() => {
    latest.current = onHeight;
  });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() => latest.current(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
}
