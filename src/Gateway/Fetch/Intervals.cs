namespace Image2Ipfs.Gateway.Fetch;

/// <summary>Which bytes are there: disjoint intervals in order, neighbours joined.</summary>
internal sealed class Intervals
{
    private readonly List<(long Start, long End)> _parts = [];

    public long Total { get; private set; }

    public void Add(long start, long end)
    {
        if (start >= end)
            return;
        // The first that touches it or lies behind it.
        var i = IndexOf(start);
        if (i > 0 && _parts[i - 1].End >= start)
            i--;
        var last = i;
        for (; last < _parts.Count && _parts[last].Start <= end; last++)
        {
            (start, end) = (Math.Min(start, _parts[last].Start), Math.Max(end, _parts[last].End));
            Total -= _parts[last].End - _parts[last].Start;
        }
        _parts.RemoveRange(i, last - i);
        _parts.Insert(i, (start, end));
        Total += end - start;
    }

    /// <summary>The end of what is there without a gap from here on; the offset itself where nothing is.</summary>
    public long EndFrom(long offset) => IndexOf(offset + 1) is > 0 and var i && _parts[i - 1].End > offset ? _parts[i - 1].End : offset;

    /// <summary>Where the next interval begins, at or after the offset.</summary>
    public long? NextStart(long offset) => IndexOf(offset) is var i && i < _parts.Count ? _parts[i].Start : null;

    /// <summary>The first one that begins at or after the offset.</summary>
    private int IndexOf(long offset)
    {
        var (low, high) = (0, _parts.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_parts[middle].Start < offset)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
