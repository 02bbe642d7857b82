/**
 * Words that begin every list of guesses. A short list of our own, not one of the published collections: with the rules
 * for digits, signs and spellings around them (`password-rules.ts`) each word stands for some thousands of passwords.
 */
export const commonPasswords: ReadonlySet<string> = new Set(
  `password passwort motdepasse contrasena senha passord wachtwoord parola haslo pass passwd pwd mypassword
  newpassword thepassword oldpassword yourpassword nopassword password1234 passw letmein letmeinn welcome welcomehome
  changeme changeit changethis default admin administrator administrateur root superuser sysadmin guest user username
  login logon master mastermaster secret topsecret mysecret test tester testing testtest testuser temp temporary
  temppass demo sample example public private secure security access system server computer internet website
  qwerty qwertyui qwertyuiop qwert qwertz qwertzui qwertzuiop azerty azertyui azertyuiop asdf asdfgh asdfghjk
  asdfghjkl asdfasdf zxcvbn zxcvbnm qazwsx qazwsxedc qweasd qweasdzxc qweqwe asdasd zxczxc 1qaz2wsx 1q2w3e4r
  1q2w3e4r5t 1q2w3e 1qazxsw2 zaq12wsx q1w2e3r4 q1w2e3r4t5 qwer1234 asdf1234 zxcv1234 abcd1234 a1b2c3d4 aa123456
  123qweasd 123qwe 123abc abc123 abc12345 1234qwer 12344321 11223344 12341234 123123123 147258369 159753 159357
  789456123 987654321 1029384756 0987654321 741852963 13579 24680 112233 121212 131313 696969 iloveyou iloveu
  iloveme ilovegod loveyou lovelove loveme mylove truelove lover love iloveyou2 sweetheart sweetie honey babygirl
  babyboy princess prince queen king angel angels beautiful sunshine sunflower flower flowers butterfly rainbow
  summer winter spring autumn monday tuesday wednesday thursday friday saturday sunday january february march april
  june july august september october november december football baseball basketball soccer hockey golfer tennis
  swimming runner player winner champion superstar rockstar monkey dragon tiger lion panther eagle eagles falcon
  phoenix wolf wolves bear panda kitten kitty hellokitty puppy doggie dolphin dolphins horse horses chicken
  superman batman spiderman ironman wonderwoman starwars startrek skywalker yoda pokemon pikachu naruto goku mario
  zelda minecraft fortnite warcraft matrix ninja pirate samurai wizard magic hunter ranger killer shadow
  ghost demon devil lucifer jesus christ jesuschrist godisgood blessed heaven trustno1 trustnoone whatever
  nothing something anything forever forever21 friends family familia mother father mommy daddy mamapapa sister
  brother michael jennifer jordan jordan23 michelle jessica ashley amanda daniel andrew joshua matthew anthony
  charlie thomas robert william george harley nicole hannah samantha elizabeth alexander alexandra victoria
  michaeljordan chelsea liverpool arsenal barcelona realmadrid juventus manchester manutd lakers cowboys yankees
  redsox steelers packers ferrari mercedes porsche mustang corvette camaro yamaha honda toyota harleydavidson
  google facebook twitter instagram youtube linkedin microsoft windows apple samsung android iphone nintendo
  playstation xbox gaming gamer hacker hackers computer1 cheese cookie cookies chocolate banana orange pepper
  ginger peanut coffee pizza cocacola pepsi vodka whiskey freedom america england france germany deutschland
  london paris berlin newyork california texas australia canada india brasil mexico japan russia success money
  dollar business company office manager employee teacher student school college university hello hellohello
  helloworld hithere goodbye goodluck lucky lucky7 thankyou please sorry fuckyou fuckme asshole bullshit
  bitch sexy sexsex hottie playboy letmein123 openup opensesame sesame enter enternow go access14 blink182
  metallica nirvana eminem slipknot ironmaiden acdc guitar music dancer dance swordfish mercury silver golden
  diamond crystal purple yellow green black white blue orange1 red blueblue correcthorse correcthorsebatterystaple
  correct-horse-battery-staple`.split(/\s+/),
);
