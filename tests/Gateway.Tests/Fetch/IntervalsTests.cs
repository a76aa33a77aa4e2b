using CsCheck;
using Image2Ipfs.Gateway.Fetch;

namespace Image2Ipfs.Gateway.Tests.Fetch;

public sealed class IntervalsTests
{
    [Fact]
    public void They_say_what_a_row_of_marks_says() =>
        Gen.Select(Gen.Int[0, 60], Gen.Int[0, 12]).List[0, 20].Sample(parts =>
        {
            var intervals = new Intervals();
            var marks = new bool[80];
            foreach (var (start, length) in parts)
            {
                intervals.Add(start, start + length);
                Array.Fill(marks, true, start, length);
            }
            Assert.Equal(marks.Count(m => m), intervals.Total);
            for (var offset = 0; offset < marks.Length; offset++)
            {
                var end = Array.IndexOf(marks, false, offset);
                Assert.Equal(end < 0 ? marks.Length : end, intervals.EndFrom(offset));
            }
        }, iter: 2000);
}
