namespace Image2Ipfs.Gateway.Upstreams;

/// <summary>How an upstream gives content, the best first.</summary>
internal enum Way
{
    /// <summary>Trustless: a CAR of a whole directory, file or part of one.</summary>
    Car,

    /// <summary>Trustless: block by block.</summary>
    Raw,

    /// <summary>Plain bytes, which their digest alone can check.</summary>
    Path,
}

/// <summary>
/// What is known of an upstream's ways. A way that did not work twice in a row is left for some minutes: one odd answer may be
/// an accident, and an upstream may be replaced by a better one.
/// </summary>
internal sealed class Ways(TimeProvider clock)
{
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(5);
    private static readonly Way[] All = [Way.Car, Way.Raw, Way.Path];

    private readonly int[] _failures = new int[All.Length];
    private readonly long[] _failed = new long[All.Length];

    /// <summary>Those worth trying, the best first.</summary>
    public IEnumerable<Way> Usable => All.Where(IsUsable);

    public Way Best => Usable.FirstOrDefault(Way.Path);

    public bool IsUsable(Way way) => Volatile.Read(ref _failures[(int)way]) < 2 || clock.GetElapsedTime(Volatile.Read(ref _failed[(int)way])) > Memory;

    public void Worked(Way way) => Volatile.Write(ref _failures[(int)way], 0);

    public void DidNotWork(Way way)
    {
        Volatile.Write(ref _failed[(int)way], clock.GetTimestamp());
        Interlocked.Increment(ref _failures[(int)way]);
    }
}
