// How the desk draws attention: the title, a sound, a notification, a word to screen readers. None of
// it moves the focus.

import { t } from "../shared/words.js";
import { unread } from "./order.js";
import { named } from "./view/person.js";

/** @import { Desk } from "./state.js" */
/** @import { Sound } from "./sound.js" */
/** @import { OfferView } from "../shared/views" */

/** @param {Desk} desk */
export function title(desk) {
  if (desk.offer) return t("title.offer", { who: named(desk.offer.customer) });
  const news = Object.values(desk.talks).reduce((sum, talk) => sum + unread(talk), 0);
  return news ? t("title.unread", { count: news, title: t("desk.title") }) : t("desk.title");
}

/**
 * @param {object} of
 * @param {Sound} of.sound
 * @param {() => boolean} of.mayRing
 * @param {(deadline: number) => number} of.left
 * @param {(queue: string) => string} of.queueName
 * @param {(text: string, now?: boolean) => void} of.speak
 */
export function attention({ sound, mayRing, left, queueName, speak }) {
  /** @type {Notification | undefined} */
  let shown;

  /** @param {OfferView} offer */
  function offered(offer) {
    const ms = left(offer.deadline);
    const words = { who: named(offer.customer), queue: queueName(offer.queue), count: Math.ceil(ms / 1000) };
    if (mayRing()) sound.ring(ms);
    speak(t("offer.told", words), true);
    if (!("Notification" in globalThis) || Notification.permission !== "granted" || document.hasFocus()) return;
    shown = new Notification(t("offer.title"), { body: t("offer.told", words), tag: offer.offer, requireInteraction: true });
    shown.onclick = () => {
      window.focus();
      shown?.close();
    };
  }

  /** @param {Desk} before @param {Desk} desk */
  return (before, desk) => {
    if (desk.offer?.offer !== before.offer?.offer) {
      sound.stop();
      shown?.close();
      if (desk.offer) offered(desk.offer);
    }
    if (desk.missed && desk.missed.offer !== before.missed?.offer) speak(t("missed.title"), true);
    for (const [id, talk] of Object.entries(desk.talks)) {
      const old = before.talks[id];
      if (!old || old.messages === talk.messages || unread(talk) <= unread(old)) continue;
      if (id === desk.open && document.hasFocus()) continue;
      if (mayRing() && !desk.offer) sound.blip();
      speak(t("talks.news", { who: named(talk.chat.customer) }));
    }
    document.title = title(desk);
  };
}
