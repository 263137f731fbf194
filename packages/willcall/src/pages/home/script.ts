/**
 * The one script of the home page. Login windows open inside the click, because browsers block those that open later,
 * and cannot reach back into this page. What goes on meanwhile is asked of the same address, and put in place part by
 * part.
 */
export const script = `(()=>{
const parse=async(answer)=>new DOMParser().parseFromString(await answer.text(),"text/html");
const pause=(ms)=>new Promise((resolve)=>setTimeout(resolve,ms));
const openWindow=()=>{const popup=open("","","popup,width=560,height=760");if(popup)popup.opener=null;return popup};
let busy=false;
document.addEventListener("submit",async(event)=>{
const form=event.target;
if(!("window" in form.dataset))return;
if(busy)return event.preventDefault();
const popup=openWindow();
if(!popup)return;
event.preventDefault();
busy=true;
try{
const answer=await fetch(form.action,{method:"POST",body:new URLSearchParams(new FormData(form))});
const link=(await parse(answer)).querySelector("a[data-window]");
if(link)popup.location.replace(link.href);else popup.close();
location.assign(answer.redirected?answer.url:"/home");
}catch{popup.close();form.submit()}
busy=false;
});
document.addEventListener("click",(event)=>{
const link=event.target.closest("a[data-window]");
if(!link||event.ctrlKey||event.metaKey||event.shiftKey)return;
const popup=openWindow();
if(!popup)return;
event.preventDefault();
popup.location.replace(link.href);
});
const replace=(part,next)=>{
if(part.innerHTML===next.innerHTML)return;
const focused=part.contains(document.activeElement)&&document.activeElement.id;
const atEnd=part.scrollTop+part.clientHeight>=part.scrollHeight-4;
const unfolded=Array.from(part.querySelectorAll("details[open]"),({id})=>id);
part.replaceChildren(...next.childNodes);
for(const id of unfolded)document.getElementById(id)?.setAttribute("open","");
if(focused)document.getElementById(focused)?.focus();
if(atEnd)part.scrollTop=part.scrollHeight;
};
const follow=async()=>{
for(let live;live=document.querySelector("[data-live]");){
await pause(1000);
try{
const url=new URL(location.href);
url.searchParams.set("seen",live.dataset.live);
url.searchParams.set("wait","25");
const next=await parse(await fetch(url));
if(!next.getElementById(live.id))return location.reload();
for(const part of document.querySelectorAll("[data-part]")){
const news=next.getElementById(part.id);
if(news)replace(part,news);
}
const now=next.getElementById(live.id).dataset.live;
if(now===undefined)delete live.dataset.live;else live.dataset.live=now;
}catch{await pause(4000)}
}
};
for(const part of document.querySelectorAll(".lines"))part.scrollTop=part.scrollHeight;
follow();
})()`;
