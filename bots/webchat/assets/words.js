// What the page itself says; everything else is said by the clinic.
const words = {
  ru: {
    title: 'Онлайн-регистратура',
    online: 'отвечаем сразу',
    connecting: 'соединяемся…',
    placeholder: 'Напишите сообщение',
    placeholderPhone: '+7 900 000-00-00',
    send: 'Отправить',
    close: 'Закрыть чат',
    offline: 'Нет связи, отправлю, как появится',
    slow: 'Слишком много сообщений сразу, отправлю чуть позже',
    sending: 'отправляется',
    failed: 'Не отправлено',
    retry: 'Повторить',
    typing: 'Печатает',
    cookies: 'Чтобы писать здесь, разрешите файлы cookie для этого сайта и обновите страницу.',
    file: 'Скачать файл',
    clinic: 'Клиника',
    you: 'Вы',
    today: 'Сегодня',
    yesterday: 'Вчера',
  },
  en: {
    title: 'Clinic reception',
    online: 'we answer at once',
    connecting: 'connecting…',
    placeholder: 'Write a message',
    placeholderPhone: '+7 900 000-00-00',
    send: 'Send',
    close: 'Close the chat',
    offline: 'No connection; this will be sent when it is back',
    slow: 'Too many messages at once; this will be sent a little later',
    sending: 'sending',
    failed: 'Not sent',
    retry: 'Try again',
    typing: 'Typing',
    cookies: 'To write here, allow cookies for this site and reload the page.',
    file: 'Download the file',
    clinic: 'Clinic',
    you: 'You',
    today: 'Today',
    yesterday: 'Yesterday',
  },
};

const asked = new URLSearchParams(location.search).get('lang') || navigator.language || 'ru';

/** lang is the page's language: ru for those who likely read it, else en. */
export const lang = /^(ru|be|uk|kk)/i.test(asked) ? 'ru' : 'en';

/** say returns the page's words for a key. */
export const say = (key) => words[lang][key];
