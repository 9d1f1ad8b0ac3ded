// Tells the visitor what happened, asks before something goes for good, and shows
// errors in words.

import { GranaryError } from 'granary';
import { byId, element } from './dom.js';

const SHOWN_FOR = 6_000; // milliseconds

let hiding: ReturnType<typeof setTimeout> | undefined;

/** Says in one line what was done. */
export function say(text: string): void {
  const notice = byId('notice');
  clearTimeout(hiding);
  notice.className = '';
  notice.replaceChildren(element('p', {}, text));
  notice.hidden = false;
  hiding = setTimeout(() => (notice.hidden = true), SHOWN_FOR);
}

/** Shows an error until it is dismissed: its code, which is for programs, and its message, for people. */
export function tell(error: unknown): void {
  console.warn(error);
  const notice = byId('notice');
  clearTimeout(hiding);
  notice.className = 'error';
  notice.replaceChildren(
    ...(error instanceof GranaryError ? [element('code', {}, error.code)] : []),
    element('p', {}, error instanceof Error ? error.message : String(error)),
    element('button', { type: 'button', class: 'quiet', click: () => (notice.hidden = true) }, 'Dismiss'),
  );
  notice.hidden = false;
}

/** Asks, and resolves with whether the visitor agreed. */
export function confirmed(question: string, consequence: string, action: string): Promise<boolean> {
  const dialog = byId<HTMLDialogElement>('confirm');
  byId('confirm-question').textContent = question;
  byId('confirm-consequence').textContent = consequence;
  byId('confirm-yes').textContent = action;
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
  });
}
