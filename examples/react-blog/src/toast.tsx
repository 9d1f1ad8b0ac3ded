import { useEffect } from 'react';
import type { Notice } from './blog.js';

const SHOWN = 12_000; // milliseconds

/** The message at the foot of the page, perhaps with a way back. */
export function Toast({ notice, onClose }: { readonly notice: Notice | undefined; readonly onClose: () => void }) {
  useEffect(() => {
    if (!notice) return undefined;
    const timer = setTimeout(onClose, SHOWN);
    return () => clearTimeout(timer);
  }, [notice]);
  if (!notice) return null;
  const { text, wrong = false, undo, more } = notice;
  return (
    <div className="toast" role={wrong ? 'alert' : 'status'} data-wrong={wrong}>
      <span>{text}</span>
      {undo && <button type="button" id="undo" onClick={() => { onClose(); void undo(); }}>Undo</button>}
      {more && <button type="button" id="more" onClick={() => { onClose(); more.show(); }}>{more.label}</button>}
      <button type="button" className="close" aria-label="Close the message" onClick={onClose}>×</button>
    </div>
  );
}
