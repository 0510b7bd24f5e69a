// Opens a page in headless Chromium and prints the text of one element whenever it changes, until standard input ends.
// Arguments: the address of the page, the selector of the element, the path of Chromium.
import { chromium } from 'playwright-core';

const [address, selector, executablePath] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const page = await browser.newPage();
page.on('console', message => console.error(message.text()));
page.on('pageerror', error => console.error(error.message));
await page.exposeFunction('report', text => console.log(text));
await page.addInitScript(watched => {
  addEventListener('DOMContentLoaded', () => {
    const element = document.querySelector(watched);
    new MutationObserver(() => window.report(element.textContent)).observe(element, { childList: true, subtree: true });
  });
}, selector);
await page.goto(address);

process.stdin.resume();
process.stdin.on('end', async () => {
  await browser.close();
  process.exit(0);
});
