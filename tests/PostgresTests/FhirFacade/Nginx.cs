using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace Dicom2Fhir.PostgresTests.FhirFacade;

/// <summary>Debian's nginx with its standard limits before a facade, under a path prefix, as hospitals run it.</summary>
sealed class Nginx : IAsyncDisposable
{
    readonly string folder;
    readonly Process process;

    Nginx(Process process, string folder, int port)
    {
        this.process = process;
        this.folder = folder;
        Base = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/site/fhir");
    }

    /// <summary>The public FHIR base.</summary>
    public string Base { get; }

    public static async Task<Nginx> StartAsync(int facadePort)
    {
        var folder = Directory.CreateTempSubdirectory("d2f-nginx-").FullName;
        var port = FacadeProcess.FreePort();
        var file = Path.Combine(folder, "nginx.conf");
        await File.WriteAllTextAsync(file, Configuration(folder, port, facadePort));
        var nginx = new Nginx(Process.Start(new ProcessStartInfo(Tool.Find("nginx")!, ["-p", folder, "-c", file, "-e", Path.Combine(folder, "error.log")]) { UseShellExecute = false })!, folder, port);
        await nginx.ListeningAsync(port);
        return nginx;
    }

    public async ValueTask DisposeAsync()
    {
        using (var stop = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)])) await stop.WaitForExitAsync();
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    async Task ListeningAsync(int port)
    {
        for (var tries = 0; ; tries++)
        {
            Assert.True(tries < 200 && !process.HasExited, "nginx does not listen");
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync("127.0.0.1", port);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(50);
            }
        }
    }

    static string Configuration(string folder, int port, int facadePort) => string.Create(CultureInfo.InvariantCulture,
        $$"""
        daemon off;
        pid {{folder}}/nginx.pid;
        error_log {{folder}}/error.log;
        events { worker_connections 256; }
        http {
          access_log off;
          client_body_temp_path {{folder}}/body; proxy_temp_path {{folder}}/proxy; fastcgi_temp_path {{folder}}/a; uwsgi_temp_path {{folder}}/b; scgi_temp_path {{folder}}/c;
          client_max_body_size 100m;
          server {
            listen 127.0.0.1:{{port}};
            location /site/ {
              proxy_pass http://127.0.0.1:{{facadePort}}/;
              proxy_set_header Host $proxy_host;
              proxy_set_header X-Forwarded-Proto $scheme;
              proxy_set_header X-Forwarded-Host $http_host;
              proxy_set_header X-Forwarded-Prefix /site;
            }
          }
        }
        """);
}
