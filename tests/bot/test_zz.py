import time
from tests.house import open_house
from tests.files import pictures, papers
def test_it(database, tmp_path):
    t=time.time()
    with open_house(database, tmp_path) as house:
        print("open", time.time()-t); t=time.time()
        house.agency(); print("agency", time.time()-t); t=time.time()
        house.contract(); print("contract", time.time()-t); t=time.time()
        a,b,c,k = (house.people[n] for n in ("顾问甲","文案乙","复核丙","张三"))
        a.presses("定金"); a.presses("生效"); print("act", time.time()-t); t=time.time()
        k.says("材料"); k.says("1"); k.sends("x.jpg", pictures.jpg()); print("file", time.time()-t); t=time.time()
        k.says("进度")
        for p in (k,a,b,c):
            print("=====", p.chat)
            for w, m in zip(p.words, p.messages): print("-", w.replace("\n","\n    "), [x.label for x in m.message.card.buttons], m.message.card.image)
