//! The scripts that may be sent to a Redis. None is ever put together from anything else.

/// What `Write::Swap` runs: every Redis and Valkey has it, while `SET … IFEQ` and `DELEX` are new and differ.
pub const SWAP: &str = "if redis.call('GET',KEYS[1])~=ARGV[1] then return 0 end \
                    if #ARGV==1 then return redis.call('DEL',KEYS[1]) end \
                    redis.call('SET',KEYS[1],ARGV[2]) \
                    if #ARGV==4 then redis.call(ARGV[3],KEYS[1],ARGV[4]) end \
                    return 1";

/// Sets a key where nothing is, with the time at which it expires: `SET … NX PXAT` is not known to every server.
pub const SET_BACK: &str = "if not redis.call('SET',KEYS[1],ARGV[1],'NX') then return 0 end \
    redis.call('PEXPIREAT',KEYS[1],ARGV[2]) \
    return 1";

/// Moves expiries on where they are still those that were read and recorded, in one step that nothing can come between:
/// a key that the application has written meanwhile keeps its new expiry, and undo does not find ours on it (S14, S27).
/// Never shortens. Answers how many of the keys are not there.
pub const EXPIRY_ON: &str = "local gone=0 for i=1,#KEYS do \
    local e=redis.call('PEXPIRETIME',KEYS[i]) \
    if e==-2 then gone=gone+1 \
    elseif e==tonumber(ARGV[2*i-1]) then redis.call('PEXPIREAT',KEYS[i],ARGV[2*i],'GT') end \
    end return gone";
/// Moves an expiry back if it is still the one that we set (S27), in one step that nothing can come between. Answers 1:
/// moved; 0: the old time is over, and the key would be gone at once; -1: somebody else has set another; -2: no such
/// key.
pub const EXPIRY_BACK: &str = "local e=redis.call('PEXPIRETIME',KEYS[1]) \
    if e==-2 then return -2 end \
    if e~=tonumber(ARGV[1]) then return -1 end \
    local t=redis.call('TIME') \
    if tonumber(ARGV[2])<t[1]*1000+t[2]/1000+1000 then return 0 end \
    return redis.call('PEXPIREAT',KEYS[1],ARGV[2])";
/// Adds to the second in which each key expires a jitter that is the key's own, in one step that nothing can come between.
/// The milliseconds of the sum are those of the jitter, which no second of its own has: that is how ours are known again. A
/// negative jitter is one that a key may have already: then it is left alone. Never shortens, for a jitter is more than a
/// second. Answers how many were moved, are not there, have no TTL, and had it already.
pub const SPREAD: &str = "local m,g,f,a=0,0,0,0 for i=1,#KEYS do \
    local e=redis.call('PEXPIRETIME',KEYS[i]) local j=tonumber(ARGV[i]) \
    if e==-2 then g=g+1 elseif e==-1 then f=f+1 \
    elseif j<0 and (e+j)%1000==0 then a=a+1 \
    else redis.call('PEXPIREAT',KEYS[i],e-e%1000+math.abs(j)) m=m+1 end \
    end return {m,g,f,a}";
/// Takes the jitter off each key whose expiry has the milliseconds of it (S27), in one step that nothing can come between.
/// What would lie before the beginning was never ours. Answers how many were moved, are not there, are not ours, and keep
/// ours because their old time is over.
pub const GATHER: &str = "local b,g,o,l=0,0,0,0 local t=redis.call('TIME') \
    local now=t[1]*1000+t[2]/1000+1000 for i=1,#KEYS do \
    local e=redis.call('PEXPIRETIME',KEYS[i]) \
    local old=e-tonumber(ARGV[2*i]) local floor=tonumber(ARGV[2*i+1]) \
    if e==-2 then g=g+1 \
    elseif e<0 or old%1000~=0 or old<tonumber(ARGV[1]) then o=o+1 \
    else old=math.max(old,floor) \
    if old<now or old>=e then l=l+1 else redis.call('PEXPIREAT',KEYS[i],old) b=b+1 end end \
    end return {b,g,o,l}";
/// Gives a lock more time if our token is in it. Answers 1: done; 0: another token is in it; -1: no such lock.
pub const RENEW_LOCK: &str = "local v=redis.call('GET',KEYS[1]) \
    if not v then return -1 end \
    if v==ARGV[1] then return redis.call('PEXPIRE',KEYS[1],ARGV[2]) end \
    return 0";
/// Deletes a lock if this token is in it (S15). Answers 1: done; 0: another token is in it; -1: no such lock.
pub const RELEASE_LOCK: &str = "local v=redis.call('GET',KEYS[1]) \
    if not v then return -1 end \
    if v==ARGV[1] then return redis.call('DEL',KEYS[1]) end \
    return 0";

/// The scripts that may be sent. None is ever put together from anything else.
pub const SCRIPTS: &[&str] =
    &[SET_BACK, SWAP, EXPIRY_ON, EXPIRY_BACK, SPREAD, GATHER, RENEW_LOCK, RELEASE_LOCK];
