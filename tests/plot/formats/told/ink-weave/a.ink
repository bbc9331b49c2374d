INCLUDE b.ink
VAR health = 100
LIST moods = calm, (angry), sad
CONST MAX = 3
EXTERNAL playSound(name)
-> london
=== london ===
{I|We|They} waited {~long|short}. {health > 50: You feel fine|You ache}.
{ moods ? angry:
  "What?" I cried.
- else:
  I sat.
}
- (opts) "Well?" <>
he said.
* (ask) ["Why?"] "Why not?" he said.
  ** "Because[."]," I replied. -> opts
  ** {ask} {not london.tell} [Shrug]
     ~ health -= 10
     *** -> deep
     --- (deep) Deep.
* (tell) Tell \[him\] {health}
  -> tunnel -> opts
+ {health < 50 || ask > 1} [Leave]
  -> paris.hotel
* -> 
  Nothing left.
- They stood. 
-> thread_in
= side
Side. -> DONE
=== tunnel
Tun.
->->
=== thread_in
<- london.side
+ [On] -> paris
=== function max(a,b) ===
{ a < b:
  ~ return b
- else:
  ~ return a
}
