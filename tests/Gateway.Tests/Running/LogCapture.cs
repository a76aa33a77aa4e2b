using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Image2Ipfs.Gateway.Tests.Running;

/// <summary>Keeps what the Gateway logs. A line at error level, or one with an exception, fails the test that does not expect it.</summary>
internal sealed class LogCapture : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _problems = new();

    private readonly ConcurrentQueue<(LogLevel Level, string Message)> _reports = new();

    /// <summary>The lines about requests since the start.</summary>
    public IReadOnlyList<(LogLevel Level, string Message)> Reports => [.. _reports];

    /// <summary>The problems since the last call.</summary>
    public IReadOnlyList<string> TakeProblems()
    {
        var taken = new List<string>();
        while (_problems.TryDequeue(out var problem))
            taken.Add(problem);
        return taken;
    }

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, _problems, _reports);

    public void Dispose()
    {
    }

    private sealed class Logger(string category, ConcurrentQueue<string> problems, ConcurrentQueue<(LogLevel, string)> reports) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (category.EndsWith(".Reports", StringComparison.Ordinal))
                reports.Enqueue((logLevel, formatter(state, exception)));
            if (logLevel >= LogLevel.Error || (exception is not null && logLevel >= LogLevel.Information))
                problems.Enqueue($"{logLevel} {category}: {formatter(state, exception)} {exception}");
        }
    }
}
