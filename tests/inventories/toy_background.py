"""A background of a few rows, small enough to be solved by hand, as the tables it is read from."""

from __future__ import annotations

# Coal power emits 0.9 kg CO2 and 0.001 kg fossil CH4 per kWh, water power nothing but 0.004 kg biogenic CH4.
# China: 75 % coal, 25 % water; Germany: the same two, half and half; losses 10 % in China, 20 % in the world.
# 1 kg steel needs 0.5 kWh (written as 1.8 MJ) of its own place and emits 1.9 kg CO2; 1 kg sheet needs 1.1 kg steel of its place.
TABLES = {
    "locations.csv": """\
code,name,parent,aliases
GLO,World,,RoW
EU,European Union,GLO,RER
DE,Germany,EU,
CN,China,GLO,
CN-GD,Guangdong,CN,
""",
    "flows.csv": """\
flow,unit,group,note
"carbon dioxide, fossil",kg,fossil,
"methane, fossil",kg,fossil,
"methane, biogenic",kg,biogenic,
carbon dioxide equivalent,kg,not split,
""",
    "characterisation.csv": """\
method,flow,factor,unit,source,verified,note
AR6-GWP100,"carbon dioxide, fossil",1,kg CO2e/kg,ipcc,yes,
AR6-GWP100,"methane, fossil",29.8,kg CO2e/kg,ipcc,yes,
AR6-GWP100,"methane, biogenic",27,kg CO2e/kg,ipcc,yes,
AR6-GWP100,carbon dioxide equivalent,1,kg CO2e/kg,ipcc,yes,
AR5-GWP100,"carbon dioxide, fossil",1,kg CO2e/kg,ipcc,yes,
AR5-GWP100,"methane, fossil",30,kg CO2e/kg,ipcc,yes,
AR5-GWP100,"methane, biogenic",28,kg CO2e/kg,ipcc,yes,
AR5-GWP100,carbon dioxide equivalent,1,kg CO2e/kg,ipcc,yes,
""",
    "electricity_mix.csv": """\
location,technology,share,year,source,place
CN,"electricity, coal",0.75,2022,ember,China
CN,"electricity, water",0.25,2022,ember,China
GLO,"electricity, coal",0.5,2022,ember,World
GLO,"electricity, water",0.5,2022,ember,World
""",
    "electricity_total.csv": """\
location,kgco2e_per_kwh,upstream_kgco2e_per_kwh,year,source,place
CN-GD,0.4,0.05,2023,ember,Guangdong
""",
    "electricity_loss.csv": """\
location,level,loss_factor,year,source,place
CN,low,1.1,2022,ember,China
GLO,low,1.2,2022,ember,World
CN-GD,low,1.1,2022,ember,Guangdong
""",
    "sources/papers.csv": """\
id,title,publisher,year,url,licence,gwp_set,note
steelworld,Steel of the world,An agency,2022,,CC-BY,none,
ember,Mixes,Ember,2023,,CC-BY,none,
ipcc,Sixth report,IPCC,2021,,free,AR6,
estimate,Estimates of this project,Lifeloop,2026,,free,none,
""",
    "exchanges/power.csv": """\
process,location,unit,category,kind,flow,flow_location,amount,flow_unit,low,high,distribution,pedigree,basis,derivation,year,source,place
"electricity, coal",GLO,kWh,electricity,emission,"carbon dioxide, fossil",,900,g,800,1000,triangular,2;2;2;2;2,measured,,2022,steelworld,p. 1
"electricity, coal",GLO,kWh,electricity,emission,"methane, fossil",,0.001,kg,0.0005,0.002,triangular,2;2;2;2;2,measured,,2022,steelworld,p. 1
"electricity, water",GLO,kWh,electricity,emission,"methane, biogenic",,0.004,kg,0.001,0.01,triangular,2;2;2;2;2,measured,,2022,steelworld,p. 2
""",
    "exchanges/steel.csv": """\
process,location,unit,category,kind,flow,flow_location,amount,flow_unit,low,high,distribution,pedigree,basis,derivation,year,source,place
steel,CN;GLO,kg,metal,input,"electricity, low voltage",=,1.8,MJ,1.5,2,lognormal,2;2;2;2;2,derived,3.6 MJ a kWh,2022,steelworld,p. 3
steel,CN;GLO,kg,metal,emission,"carbon dioxide, fossil",,1.9,kg,1.8,2,lognormal,2;2;2;2;2,measured,,2022,steelworld,p. 3
sheet,CN;DE;CN-GD,kg,metal forming,input,steel,=,1.1,kg,1.05,1.2,lognormal,2;2;2;2;2,estimated,,2022,estimate,rolling
""",
}
