// Signs in the page: with a key file that never leaves it, or with the browser's own wallet (EIP-1193).
"use strict";

const panel = document.getElementById("in-page");
const told = document.getElementById("sign-told");
const form = document.getElementById("hand-in");

const library = () => new Promise((resolve, reject) => {
  if (window.ethers) { resolve(window.ethers); return; }
  const script = document.createElement("script");
  script.src = panel.dataset.ethers;
  script.onload = () => resolve(window.ethers);
  script.onerror = reject;
  document.head.append(script);
});

const toSign = async () => (await fetch(panel.dataset.toSign, { credentials: "same-origin" })).json();

const handIn = (signatures) => {
  form.querySelector("textarea").value = signatures.join("\n");
  form.requestSubmit();
};

const signWith = async (wallet, { type, data }) => {
  if (type === "typed_data") {
    const { EIP712Domain, ...types } = data.types;
    return wallet.signTypedData(data.domain, types, data.message);
  }
  const { gas, from, ...rest } = data;
  return wallet.signTransaction({ ...rest, type: 2, nonce: Number(data.nonce), gasLimit: gas });
};

panel.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = document.getElementById("sign-file");
  const [file] = document.getElementById("key-file").files;
  if (!file) { document.getElementById("key-file").focus(); return; }
  told.textContent = told.dataset.working;
  try {
    const [ethers, document_] = await Promise.all([library(), toSign()]);
    let wallet;
    try {
      wallet = await ethers.Wallet.fromEncryptedJson(await file.text(), document.getElementById("key-pass").value);
    } catch {
      told.textContent = told.dataset.wrong;
      return;
    }
    if (wallet.address !== document_.wallet) { told.textContent = told.dataset.other; return; }
    const signatures = [];
    for (const item of document_.to_sign) signatures.push(await signWith(wallet, item));
    handIn(signatures);
  } finally {
    setTimeout(() => { button.disabled = false; }, 0);
  }
});

if (window.ethereum) {
  const button = document.getElementById("sign-wallet");
  button.hidden = false;
  const ask = async () => {
    const document_ = await toSign();
    const [account] = await window.ethereum.request({ method: "eth_requestAccounts" });
    if (account.toLowerCase() !== document_.wallet.toLowerCase()) { told.textContent = told.dataset.other; return; }
    const signatures = [];
    for (const item of document_.to_sign) {
      const call = item.type === "typed_data"
        ? { method: "eth_signTypedData_v4", params: [document_.wallet, JSON.stringify(item.data)] }
        : { method: "eth_signTransaction", params: [item.data] };
      signatures.push(await window.ethereum.request(call));
    }
    handIn(signatures);
  };
  // 4001: the person said no (EIP-1193). Many wallets only send transactions, and sign none without.
  button.addEventListener("click", () => ask().catch((error) => {
    told.textContent = error.code === 4001 ? told.dataset.refused : told.dataset.unable;
  }));
}
panel.hidden = false;
