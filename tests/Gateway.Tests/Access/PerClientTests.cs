using System.Threading.RateLimiting;
using Image2Ipfs.Gateway.Access;

namespace Image2Ipfs.Gateway.Tests.Access;

/// <summary>Who comes from a new address each time.</summary>
public sealed class PerClientTests
{
    private int _made;

    [Fact]
    public void There_are_never_more_than_so_many_of_addresses()
    {
        using var limits = new PerClient(() => Bucket(2, TimeSpan.FromHours(1)), max: 100);
        for (var i = 0; i < 100; i++)
            Assert.True(Take(limits, Address(i)));
        // The rest share one, which is empty after two.
        Assert.Equal([true, true, false, false], Enumerable.Range(100, 4).Select(i => Take(limits, Address(i))));
        for (var i = 0; i < 10_000; i++)
            Assert.False(Take(limits, Address(1000 + i)));
        Assert.Equal(101, _made);
        // Who was there before keeps its own, and a user gets one.
        Assert.True(Take(limits, Address(7)));
        Assert.False(Take(limits, Address(7)));
        Assert.True(Take(limits, new Client("alice", IsUser: true)));
    }

    [Fact]
    public void What_is_full_again_makes_room()
    {
        using var limits = new PerClient(() => Bucket(1, TimeSpan.FromMilliseconds(1)), max: 10);
        for (var i = 0; i < 10; i++)
            Assert.True(Take(limits, Address(i)));
        Thread.Sleep(20);
        for (var i = 10; i < 20; i++)
            Assert.True(Take(limits, Address(i)));
    }

    [Fact]
    public void A_bucket_that_was_full_for_long_holds_no_more_than_a_new_one()
    {
        using var limits = new PerClient(() => Bucket(3, TimeSpan.FromMilliseconds(500)));
        Assert.True(Take(limits, Address(1)));
        Thread.Sleep(3000);
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => Take(limits, Address(1))));
    }

    [Fact]
    public void Asking_takes_nothing()
    {
        using var limits = new PerClient(() => Bucket(1, TimeSpan.FromHours(1)));
        for (var i = 0; i < 10; i++)
            Assert.True(limits.HasRoom(Address(i % 2)));
        Assert.Equal(1, _made);
        Assert.True(Take(limits, Address(0)));
        Assert.False(limits.HasRoom(Address(0)));
        Assert.True(limits.HasRoom(Address(1)));
    }

    [Fact]
    public async Task Many_at_once_get_what_there_is_and_not_one_more()
    {
        using var limits = new PerClient(() => Bucket(50, TimeSpan.FromHours(1)));
        var granted = await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => Task.Run(() => Take(limits, Address(1)))));
        Assert.Equal(50, granted.Count(g => g));
    }

    private static bool Take(PerClient limits, Client client)
    {
        using var lease = limits.Take(client);
        return lease.IsAcquired;
    }

    private static Client Address(int i) => new($"address {i}", IsUser: false);

    private TokenBucketRateLimiter Bucket(int tokens, TimeSpan period)
    {
        Interlocked.Increment(ref _made);
        return new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions { TokenLimit = tokens, TokensPerPeriod = 1, ReplenishmentPeriod = period, AutoReplenishment = false, QueueLimit = 0 });
    }
}
