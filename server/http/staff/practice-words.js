// The words of practising, in both languages. The same keys in both.
export const PRACTICE_WORDS = {
  ja: {
    on: '練習中です。実際の取り置きやお客さまには何も起きません',
    again: '最初から練習する',
    end: '練習を終える',
    staff: '練習',
    shop: '練習の店舗',
    customers: ['練習 花子', '練習 太郎', 'Practice Emma'],
    products: ['練習のタオル', '練習の湯呑み', '練習の便箋'],
    order: '#練習1',
    address: {last_name: '練習', first_name: '太郎', company: '', post_code: '100-0000', province: '東京都', city: '練習区', line1: '練習町1-2-3', line2: '', phone: '', country: 'JP'},
  },
  en: {
    on: 'You are practising. Nothing happens to real pick-ups or customers',
    again: 'Start over',
    end: 'Stop practising',
    staff: 'Practice',
    shop: 'Practice shop',
    customers: ['Hanako Practice', 'Taro Practice', 'Emma Practice'],
    products: ['Practice towel', 'Practice tea cup', 'Practice paper'],
    order: '#Practice1',
    address: {last_name: 'Practice', first_name: 'Taro', company: '', post_code: '100-0000', province: '東京都', city: '練習区', line1: '練習町1-2-3', line2: '', phone: '', country: 'JP'},
  },
};
